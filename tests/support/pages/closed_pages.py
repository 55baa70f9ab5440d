"""Every page that is not public, for walks over all of them."""

from __future__ import annotations

from flask import Flask

from licence_qr.web.shell.security import PUBLIC

_EXAMPLES = {"kind_of_file": "csv", "size": "a4", "change": "close"}


def closed_rules(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of everything that is not public."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC:
            address = adapter.build(rule.endpoint, {name: _EXAMPLES.get(name, "1") for name in rule.arguments})
            found += [(rule.endpoint, method, address) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found
