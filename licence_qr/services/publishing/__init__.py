"""What anyone may ask: a scan, a number, a verdict offline; and the lists and cards that are given out."""
