"""History and traces, read together."""
