"""Finding a business at the desk, and reading its history."""
