"""The inspector's phone: the offline inspection pack, inspections without a network, and sending them."""
