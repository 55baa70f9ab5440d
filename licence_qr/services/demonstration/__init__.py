"""The demonstration register: fictitious businesses and their history."""
