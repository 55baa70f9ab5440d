"""One act on a licence or a permit: its form, what it will do, what it did."""
