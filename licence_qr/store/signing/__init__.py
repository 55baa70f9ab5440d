"""Versions of codes on their way to a signature."""
