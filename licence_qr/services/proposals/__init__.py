"""Four eyes: proposing a grave act, reading what it would do, deciding it."""
