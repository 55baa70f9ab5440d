"""The entries of the status list and the list as published."""
