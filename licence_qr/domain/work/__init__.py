"""Work that waits for somebody, and its words."""
