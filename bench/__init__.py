"""Measurements against the figures of docs/figures.md: ratios taken in one run, never a test with a stop-watch."""
