"""Public lookups (scan, code number, offline verification), published lists, and display cards."""
