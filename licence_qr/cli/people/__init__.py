"""``licence-qr person``, and what ``licence-qr account`` does to accounts that exist."""
