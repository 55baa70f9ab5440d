"""What the catalogue says, each line dated: offices, permit types, trades and needs, checklists, figures of a life."""
