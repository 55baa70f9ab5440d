"""The life cycle of licences and permits as a state machine: which act is allowed in which state, and what follows.

The entries of ``act_rules`` alone decide what is allowed. The values and dates of an act are checked in ``changes`` and
``dates``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from licence_qr.domain.catalogue.model import PermitType
from licence_qr.domain.lifecycle.act_parts import Effect, Upon
from licence_qr.domain.lifecycle.act_rules import RULES, Act, Rule, grading_by
from licence_qr.domain.lifecycle.subject import Grounds, Subject, SubjectKind
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.errors import RuleError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

# The public names of the four files on acts: import them from here.
__all__ = [
    "RULES",
    "STATE_NAMES",
    "Act",
    "Effect",
    "Grounds",
    "Rule",
    "Subject",
    "SubjectKind",
    "Upon",
    "allowed",
    "check",
    "known_to",
    "of_type",
    "rule",
    "source_of",
    "types_with",
]

STATE_NAMES: dict[tuple[SubjectKind, str], Text] = {
    (SubjectKind.LICENCE, LicenceState.ACTIVE): term("status.active"),
    (SubjectKind.LICENCE, LicenceState.DORMANT): term("status.dormant"),
    (SubjectKind.LICENCE, LicenceState.REVOKED_NOT_CANCELLED): term("status.revoked_not_cancelled"),
    (SubjectKind.LICENCE, LicenceState.REVOKED_CANCELLED): term("status.revoked_cancelled"),
    (SubjectKind.LICENCE, LicenceState.CANCELLED): term("status.cancelled"),
    (SubjectKind.LICENCE, LicenceState.ANNULLED): term("status.annulled"),
    (SubjectKind.LICENCE, LicenceState.MOVED_OUT): term("status.moved_out"),
    (SubjectKind.PERMIT, PermitStatus.PENDING): Text("受理中", "applied for"),
    (SubjectKind.PERMIT, PermitStatus.REFUSED): term("status.refused"),
    (SubjectKind.PERMIT, PermitStatus.EFFECTIVE): term("status.effective"),
    (SubjectKind.PERMIT, PermitStatus.EXPIRED): term("status.expired"),
    (SubjectKind.PERMIT, PermitStatus.SUSPENDED): term("status.suspended"),
    (SubjectKind.PERMIT, PermitStatus.ANNULLED): term("status.annulled"),
    (SubjectKind.PERMIT, PermitStatus.REVOKED): term("status.revoked"),
    (SubjectKind.PERMIT, PermitStatus.WITHDRAWN): term("status.withdrawn"),
    (SubjectKind.PERMIT, PermitStatus.CANCELLED): term("status.cancelled"),
}

_OF_FILINGS = frozenset({Act.CHANGE, Act.CANCEL})


def source_of(kind: SubjectKind, state: str) -> str:
    """The state as the table names it: a permit that expires soon or is not yet valid counts as effective.

    Takes values of LicenceState, PermitState and PermitStatus. Only PermitStatus includes expiry, so pass the status of
    the day (``status_on``) where there is one.
    """
    if kind is SubjectKind.PERMIT and state in {PermitStatus.EXPIRING_SOON, PermitStatus.NOT_YET_VALID}:
        return PermitStatus.EFFECTIVE.value
    return str(state)


def rule(kind: SubjectKind, act: Act) -> Rule:
    """The entry of an act, the first if there are several. Raises RuleError ``act_unknown_here``."""
    found = next((r for r in RULES if (r.kind, r.act) == (kind, act)), None)
    if found is None:
        raise RuleError("act_unknown_here", act=act.value, kind=kind.value)
    return found


def known_to(permit_type: PermitType | None, found: Rule) -> bool:
    """Whether permits of a type have an act at all. None, a type not in the catalogue, has every act; a filing (备案) was
    not granted, and so is neither renewed nor taken away."""
    if permit_type is not None and permit_type.filing:
        return found.kind is SubjectKind.PERMIT and found.act in _OF_FILINGS
    return permit_type is None or not found.by_type or permit_type.basis_of(found.act) is not None


def of_type(permit_type: PermitType | None, found: Rule) -> Rule:
    """The entry of an act with the legal basis that it has for permits of a type, and in the words of its scale."""
    basis = permit_type.basis_of(found.act) if permit_type else None
    if permit_type is None or basis is None:
        return found
    worded = grading_by(permit_type.scale) if found.act is Act.GRADE else found
    return replace(worded, basis=basis)


def types_with(permit_types: Iterable[PermitType], act: Act) -> tuple[str, ...]:
    """The ids of the permit types that have an act."""
    asked = rule(SubjectKind.PERMIT, act)
    return tuple(each.id for each in permit_types if not each.licence and known_to(each, asked))


def allowed(kind: SubjectKind, state: str, permit_type: PermitType | None = None) -> tuple[Rule, ...]:
    """The acts allowed in a state (see ``source_of``) for permits of a type, in the order of the table."""
    return tuple(of_type(permit_type, r) for r in _open(kind, state, permit_type))


def _open(kind: SubjectKind, state: str, permit_type: PermitType | None) -> Iterator[Rule]:
    source = source_of(kind, state)
    return (r for r in RULES if r.kind is kind and source in r.sources and known_to(permit_type, r))


def check(kind: SubjectKind, act: Act, state: str, permit_type: PermitType | None = None) -> Rule:
    """The entry of ``act`` in ``state``.

    Raises RuleError ``act_not_allowed``, which names the acts that are allowed, or ``act_not_of_permit_type``.
    """
    found = next((r for r in _open(kind, state, permit_type) if r.act is act), None)
    if found is not None:
        return of_type(permit_type, found)
    asked, named = rule(kind, act), STATE_NAMES[kind, source_of(kind, state)]
    if permit_type is not None and not known_to(permit_type, asked):
        name = permit_type.name
        facts = {"type_zh": name.zh, "type_en": name.en, "act_zh": asked.name.zh, "act_en": asked.name.en}
        raise RuleError("act_not_of_permit_type", act=act.value, permit_type=permit_type.id, **facts)
    offered = [r for r in allowed(kind, state, permit_type) if r.roles]
    raise RuleError(
        "act_not_allowed",
        act_zh=asked.name.zh,
        act_en=asked.name.en,
        state_zh=named.zh,
        state_en=named.en,
        allowed_zh="、".join(r.name.zh for r in offered) or "无",
        allowed_en="; ".join(r.name.en for r in offered) or "nothing",
        act=act.value,
        state=source_of(kind, state),
        allowed=tuple(r.act.value for r in offered),
    )
