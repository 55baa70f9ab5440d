"""What the application hands to its pages: to each room the services that it uses, and nothing else.

A module of pages says what it needs, and its views ask for that::

    lookup = Handed(Lookup)

    def by_number(number: str) -> Response:
        page = lookup().by_number(number, …)

Where several services are needed, a dataclass holds them. What is handed belongs to the application whose request is
answered, so two applications in one process have each their own. ``app.py`` alone hands things over.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from flask import Flask, current_app

from licence_qr.domain.catalogue.model import Catalogue

Value = TypeVar("Value")
_EXTENSION = "licence_qr"


class Handed(Generic[Value]):
    """A place for one ``kind`` of thing, filled anew for each application."""

    def __init__(self, kind: type[Value]) -> None:
        self._kind = kind

    def give(self, app: Flask, value: Value) -> None:
        """Hand ``value`` to the pages of ``app``."""
        app.extensions.setdefault(_EXTENSION, {})[self] = value

    def __call__(self) -> Value:
        """What the running application was given. Raises KeyError when ``app.py`` forgot it."""
        value: Value = current_app.extensions.get(_EXTENSION, {})[self]
        return value

    def __repr__(self) -> str:
        return f"Handed({self._kind.__name__})"


# Trades, permit types, offices and dated rules: public data without any act, so every page may read it.
catalogue = Handed(Catalogue)
