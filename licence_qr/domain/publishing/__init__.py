"""What the public may see: the allow-list of one page, its verdict, and what a status list says."""
