"""What the register refuses by itself, whoever writes to it: the rules as data, and how SQLite is told them."""
