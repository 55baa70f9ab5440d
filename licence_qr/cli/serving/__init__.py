"""The commands that run until they are stopped."""
