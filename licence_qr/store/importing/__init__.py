"""Runs of the department import and what came of each row."""
