"""Who holds which role, and giving roles that take two people."""
