"""Inspections, rectification orders, checks after a grant on commitment, and draws."""
