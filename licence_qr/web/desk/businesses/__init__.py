"""Finding a business, its prints and its history."""
