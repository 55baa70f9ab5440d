"""Second factors: enrolling, checking and removing them."""
