"""What a search was for, without keeping what was searched."""
