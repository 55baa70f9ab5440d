"""The demonstration register: made-up businesses and what happened to them."""
