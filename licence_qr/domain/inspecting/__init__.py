"""Inspections on the spot, the check after a commitment, and random draws."""
