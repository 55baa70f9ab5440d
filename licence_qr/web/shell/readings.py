"""Pages say whose personal data they show, before they are handed out."""

from __future__ import annotations

from flask import request

from licence_qr.services.audit.readings import Readings, ShownData
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import current_actor

readings = Handed(Readings)


def shows(subject: str, *fields: str, uscc: str = "") -> None:
    """Note that the signed-in person sees these fields of ``subject``; see ``ShownData``. Raises RegisterError.

    Of a list (``list/<name>``) it depends on filters and page whom it shows, so each query is a reading of its own.
    """
    query = _query() if subject.startswith("list/") else ""
    readings().seen(current_actor(), ShownData(subject, fields, uscc, query), current_instant())


def searched(typed: str, found: int) -> None:
    """Note that the signed-in person searched for ``typed``, unless it is empty, and how many were found. Raises
    RegisterError."""
    if typed.strip():
        readings().searched(current_actor(), typed, found, current_instant())


def exported(name: str, lines: int) -> None:
    """Note that the signed-in person takes a list of so many lines as the file ``name``. Raises RegisterError."""
    readings().exported(current_actor(), name, lines, current_instant())


def shows_business(uscc: str) -> None:
    """``shows`` of the page of a business, and of the forms of acts on it, which begin with what is registered."""
    shows(f"business/{uscc}", "name", "principal", "domicile", "address", uscc=uscc)


def shows_list(name: str) -> None:
    """``shows`` of a list, of which each line names a business."""
    shows(f"list/{name}", "name", "address")


def _query() -> str:
    """What the address asks of a list, in one order; the language asks nothing."""
    asked = sorted((name, value) for name, value in request.args.items(multi=True) if value and name != "lang")
    return "&".join(f"{name}={value}" for name, value in asked)
