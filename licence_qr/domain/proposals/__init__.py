"""Proposals under the four-eyes principle."""
