"""What others do with the same events, each a script of its own: no rival shares code with the tracker."""
