"""People, their accounts and sessions."""
