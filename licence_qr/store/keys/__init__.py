"""Key files, hardware modules, and what each key has signed."""
