"""The fictitious businesses of the demonstration register, read from ``register.toml``.

Days are counted from the day of filling; the keys are explained at the top of that file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, TypeAdapter

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.lifecycle.acts import Act, SubjectKind
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitState, Suspension


@dataclass(frozen=True, slots=True)
class DemonstrationPermitChange:
    """One later decision on a permit."""

    state: PermitState
    since: int
    reason: str
    basis: str
    suspension: Suspension | None = None


@dataclass(frozen=True, slots=True)
class DemonstrationLicenceChange:
    """One later entry on a licence: a new state, a new principal, or both."""

    reason: str
    basis: str
    state: LicenceState | None = None
    principal: str = ""


@dataclass(frozen=True, slots=True)
class DemonstrationPermit:
    """One permit. Exactly one of ``issued`` and ``ends_in``, and of ``serial`` and ``number``, is given."""

    type: str
    items: str
    kinds: tuple[str, ...] = ()
    premises: int = 1
    serial: int | None = None
    number: str = ""
    issued: int | None = None
    ends_in: int | None = None
    mode: GrantMode = GrantMode.GENERAL
    grade: str = ""
    graded: int | None = None
    checked: int | None = None
    reviewed: int | None = None
    changes: tuple[DemonstrationPermitChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What a business applies for and is issued on the day of filling, as at the desk.

    ``whole``: its case has all items of its trade. ``shown`` are certificates of other authorities, numbers by permit type.
    """

    trade: str
    type: str
    kinds: tuple[str, ...]
    items: str
    mode: GrantMode
    answers: Mapping[str, bool] = field(default_factory=dict)
    whole: bool = False
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemonstrationAct:
    """One act. ``day`` is when it was done, ``effective`` when it took effect (None: the same day).

    ``subject`` is the licence, or the ``permit``-th permit. Acts of four eyes are proposed and decided, or, with
    ``proposed_only``, wait to be decided. ``detail`` is the cause of a reprint, the kind of a mark or which
    decision suspends.
    """

    act: Act
    subject: SubjectKind
    reason: str
    basis: str = ""
    document: str = ""
    day: int = 0
    effective: int | None = None
    permit: int = 1
    detail: str = ""
    until: int | None = None
    proposed_only: bool = False


@dataclass(frozen=True, slots=True)
class DemonstrationBusiness:
    """One business, what it ``shows``, and the expected ``verdict`` of its page.

    ``slug`` names it in file names. Its licence has one print, of the day it was established. It was entered on the day
    ``entered``; acts in ``life`` before the day of filling come before its code is signed.
    """

    slug: str
    shows: Text
    verdict: Verdict
    uscc: str
    form: EntityForm
    name: str
    entity_type: str
    principal: str
    established: int
    office: str
    domicile: str
    scope: str
    capital: str = ""
    premises: tuple[str, ...] = ()
    permits: tuple[DemonstrationPermit, ...] = ()
    changes: tuple[DemonstrationLicenceChange, ...] = ()
    printed_before_change: bool = False
    applies: Applied | None = None
    entered: int = 0
    life: tuple[DemonstrationAct, ...] = ()


@cache
def businesses() -> tuple[DemonstrationBusiness, ...]:
    """All businesses in the order of the file. An unknown key in the file raises: it is a bug."""
    source = files(__package__).joinpath("register.toml").read_text(encoding="utf-8")
    adapter = TypeAdapter(tuple[DemonstrationBusiness, ...], config=ConfigDict(extra="forbid"))
    return adapter.validate_python(tomllib.loads(source)["business"])
