"""Inspections from the phone to their effects, commitment checks, draws, and the offline inspection pack."""
