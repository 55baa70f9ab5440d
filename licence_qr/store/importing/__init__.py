"""Runs of the department import and the outcome of each row."""
