"""Schema changes, in order, each with its reason."""
