"""Search for businesses at the desk, and their history."""
