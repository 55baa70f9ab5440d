"""Citizens' reports and ratings at the desk."""
