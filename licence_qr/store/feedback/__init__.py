"""Citizens' reports and ratings of the service."""
