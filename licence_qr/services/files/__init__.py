"""The one way in which files are kept beside the register, read and deleted."""
