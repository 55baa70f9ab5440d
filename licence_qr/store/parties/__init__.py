"""The parties of issued applications."""
