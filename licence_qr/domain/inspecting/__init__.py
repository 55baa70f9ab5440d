"""Inspections on site, commitment checks, and random draws."""
