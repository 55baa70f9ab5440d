"""The keys of this installation: creation, use and changes; and a certificate for the local network."""
