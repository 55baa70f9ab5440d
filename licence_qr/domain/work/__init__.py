"""Tasks of the work list, and their wording."""
