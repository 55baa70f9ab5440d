"""Inspections from the phone to their effects, the check after a commitment, draws, and what an inspector takes along."""
