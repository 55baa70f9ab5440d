"""Rows of the departments' exports, and how they are merged into combined records."""
