"""Pages for citizens and for devices that verify: no login, no cookie."""
