"""A running program and its machine: where its words go, what stops it, and which libraries it found."""
