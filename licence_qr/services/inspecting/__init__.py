"""Inspections from the phone and their effects, commitment checks, draws, and the offline inspection pack."""
