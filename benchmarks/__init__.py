"""What the speed of the tracker is held against: ratios of whole processes, ours and others', on the same data."""
