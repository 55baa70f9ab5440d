"""What the public may see: the allow-list of the public page, its verdict, and the values of a status list."""
