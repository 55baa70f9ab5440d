"""Characters of names: former private-use code points, look-alikes, and what a printed record may not have."""
