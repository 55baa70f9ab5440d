"""Reports of citizens and ratings of the service, from either side of the counter."""
