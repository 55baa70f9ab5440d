"""Four-eyes proposals: propose, read and decide."""
