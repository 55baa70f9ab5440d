"""Pages say whose personal data they show, before they are handed out."""

from __future__ import annotations

from licence_qr.services.audit.readings import Readings, ShownData
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import current_actor

readings = Handed(Readings)


def shows(subject: str, *fields: str, uscc: str = "") -> None:
    """Note that the signed-in person sees these fields of ``subject``; see ``ShownData``. Raises RegisterError."""
    readings().seen(current_actor(), ShownData(subject, fields, uscc), current_instant())


def searched(typed: str, found: int) -> None:
    """Note that the signed-in person searched for ``typed`` and how many were found. Raises RegisterError."""
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
