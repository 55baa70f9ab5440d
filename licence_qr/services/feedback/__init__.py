"""Reports of citizens and ratings of the service, for citizens and for the office."""
