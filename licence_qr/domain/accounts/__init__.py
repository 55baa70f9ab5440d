"""Rules of accounts: passwords, and what a session wants before it is anybody's."""
