"""The keys of this installation: making, using and changing them; and a certificate for the local network."""
