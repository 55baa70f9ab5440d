"""Inspections, checks after a commitment and draws at the desk."""
