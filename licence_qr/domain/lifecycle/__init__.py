"""The life cycle of a licence and its permits: which act is allowed when, what it needs, what it changes, its dates."""
