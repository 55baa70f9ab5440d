"""Measurements against docs/contributing/figures.md: ratios taken in one run, never a test with a stop-watch."""
