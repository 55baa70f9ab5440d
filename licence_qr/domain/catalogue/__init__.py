"""The dated entries of the catalogue: offices, permit types, trades, required permits, checklists, life-cycle rules."""
