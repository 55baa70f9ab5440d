"""The command line ``licence-qr``, one module per command or group of commands."""
