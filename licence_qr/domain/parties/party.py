"""The parties of an application: who applies, and who acts for them by which authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class PartyRole(StrEnum):
    """The applicant is the principal of the business; an agent acts for them."""

    APPLICANT = "applicant"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Party:
    """One party. ``number`` is the identity number, empty where none was given; it is sealed before it is stored.

    ``authority`` says what gives an agent the authority, in words, and ``authority_until`` its last day, if it has one.
    ``origins`` says where each value came from (``domain.issuing.draft.FieldOrigin``), by the field of the form.
    """

    role: PartyRole
    name: str
    number: str = field(default="", repr=False)
    authority: str = ""
    authority_until: date | None = None
    origins: Mapping[str, str] = field(default_factory=dict)
