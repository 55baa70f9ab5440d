"""Key files, hardware security modules, and the codes each key has signed."""
