"""Inspections, commitment checks and draws at the desk."""
