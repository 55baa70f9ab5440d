"""Imported rows that wait for a person."""
