"""Whether this installation can do its work now, for those who watch it."""
