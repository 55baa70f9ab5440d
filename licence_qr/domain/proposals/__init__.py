"""Four eyes: what one person proposes and another decides."""
