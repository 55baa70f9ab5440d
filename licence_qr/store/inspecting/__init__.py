"""Inspections, orders, checks after a commitment, and draws."""
