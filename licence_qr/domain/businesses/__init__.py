"""The history of a business in words."""
