"""Making an installation, and what is done to its keys."""
