"""What people do and read leaves traces: writing them, keeping them for their time, and reading them."""
