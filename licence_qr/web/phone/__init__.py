"""The inspector's phone: the pack, visits without a network, and sending them."""
