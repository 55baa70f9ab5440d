"""The life of a licence and of its permits: which act is allowed when, what it needs, what it changes, and its days."""
