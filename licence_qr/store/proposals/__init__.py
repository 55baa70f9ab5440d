"""Proposals and their decisions."""
