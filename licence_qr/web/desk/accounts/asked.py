"""What the addresses of the lists about people ask for; unknown values count as none."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from licence_qr.domain.roles import Role
from licence_qr.web.shell.handed import catalogue

_LONGEST_QUERY = 100


def text_asked(otherwise: str = "") -> str:
    """What is searched for; ``otherwise`` where the address does not say."""
    return request.args.get("q", otherwise).strip()[:_LONGEST_QUERY].replace("\0", "")


def office_asked() -> str:
    """The office, or empty for all."""
    office = request.args.get("office", "")
    return office if office in catalogue().offices else ""


def role_asked() -> Role | None:
    """The role, or None for all."""
    role = request.args.get("role", "")
    return Role(role) if role in set(Role) else None


def only_open() -> bool:
    """Whether a list of requests shows those that wait, and not all."""
    return request.args.get("state") != "all"


def address(endpoint: str, filters: tuple[str, ...], **changes: Any) -> str:
    """A list with other filters: of ``filters``, those not named in ``changes`` stay; the page starts anew."""
    kept: dict[str, Any] = {name: request.args[name] for name in filters if request.args.get(name)}
    return url_for(endpoint, **{name: value for name, value in (kept | changes).items() if value})
