"""Rules of accounts: passwords, second factors, and what a session wants before it is anybody's."""
