"""``licence-qr …``: one file a command."""
