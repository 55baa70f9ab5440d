"""For those who watch the service: whether it lives, whether it can work, what it has done."""
