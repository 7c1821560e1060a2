"""What makes a log checkable from outside: its tree, signed checkpoints of it, and proofs against them."""
