"""Drafts and applications."""
