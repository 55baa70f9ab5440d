"""What the signer checks of a version before it signs: that the committed register explains it.

Whoever can write a row into the register, and nothing else, gets no signature by that. What is compared: the claims with
the row and with the record kept beside them, the newest version with the register, its place after the version before,
that version with its signature, what is new since then with the history, its block of status entries with the counter, its
dates, the number of every permit that it adds with the counter of its authority, the delegation of the day of each grant,
the promise of each grant on commitment, the visit before each other grant of a window, and the event that says who did it
with the role of that account.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from licence_qr.credential.claims import Claims, claims_from_record, decode_claims
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import signed_claims
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.promise import sha256
from licence_qr.domain.names import name_key
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode, Permit
from licence_qr.domain.register.record import DIGEST_BYTES
from licence_qr.domain.roles import DEMONSTRATION, NOT_PEOPLE, Actor, Role, console_user
from licence_qr.errors import InputError, NotFoundError, TokenError
from licence_qr.services.register import record as records
from licence_qr.services.signing import before_grant
from licence_qr.services.signing.grant_rules import number_series
from licence_qr.services.signing.told_changes import are_told
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.issuing import promises
from licence_qr.store.issuing.promises import StoredPromise
from licence_qr.store.numbers import code_versions
from licence_qr.store.register import codes, counters, history, permits, register_kind
from licence_qr.store.register.codes import CodeRow, StoredCode
from licence_qr.store.signing.unsigned_codes import UnsignedCode

# How far the clock of who made the version may be ahead of the signer's.
SKEW = timedelta(minutes=5)
# How a permit comes into the record by an act here, and otherwise.
_DECIDED_HERE = frozenset({EventKind.PERMIT_GRANTED, EventKind.PERMIT_FILED})
_DECIDED_ELSEWHERE = frozenset({EventKind.PERMIT_IMPORTED, EventKind.PERMIT_SHOWN})
_MAY_ACT = frozenset({Role.CLERK, Role.DECIDER, Role.INSPECTOR})


def fault(
    tx: Transaction, catalogue: Catalogue, trust_list: Callable[[], TrustList], code: UnsignedCode, now: datetime
) -> str:
    """What is wrong with a version that waits, by the snapshot of ``tx``; empty if nothing is.

    The words are those of ``_RULES``, which the history keeps and the documents explain; ``unreadable`` for rows that no
    program has written, so that one of them keeps no other version from being signed.
    """
    case = _SigningCase(tx, catalogue, trust_list, code, now)
    try:
        return next((name for name, holds in _RULES.items() if not holds(case)), "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return "unreadable"


@dataclass(frozen=True)
class _SigningCase:
    """One version, and what the register holds of its business."""

    tx: Transaction
    catalogue: Catalogue
    trust_list: Callable[[], TrustList]
    code: UnsignedCode
    now: datetime

    @cached_property
    def claims(self) -> Claims | None:
        """What is to be signed; None where no verifier would read it."""
        try:
            return decode_claims(self.code.payload)
        except TokenError:
            return None

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record that is kept with the version."""
        parsed: dict[str, Any] = json.loads(self.code.record)
        return parsed

    @cached_property
    def before(self) -> CodeRow | None:
        """The version before, signed or waiting as this one does."""
        return codes.before(self.tx, self.code) if self.code.version > 1 else None

    @cached_property
    def told(self) -> list[Row]:
        """What the history says of the permits of the business and of this version."""
        return history.signed_of_business(self.tx, self.code.uscc, self.code.version)

    @cached_property
    def origins(self) -> frozenset[tuple[str, str]]:
        """Kind of event and number of each permit that the business was granted, or has from an import."""
        of_permits = (each for each in self.told if each["after"] and each["event"] != EventKind.CODE_ISSUED)
        found = ((each["event"], json.loads(each["after"])) for each in of_permits)
        return frozenset((kind, values["permit_no"]) for kind, values in found if "permit_no" in values)

    @property
    def made_up(self) -> bool:
        """Whether the register is a demonstration: filled in the name of people some of whom never get an account."""
        return register_kind.is_demonstration(self.tx)

    @cached_property
    def recorded_before(self) -> dict[str, Any]:
        """The record of the version before; an empty one before the first."""
        nothing: dict[str, Any] = {"entity": {}, "premises": [], "permits": []}
        return json.loads(self.before.record) if self.before else nothing

    @cached_property
    def added_permits(self) -> list[dict[str, Any]]:
        """The permits that the version before did not have, except those that others decided: from an import, or shown at
        the counter."""
        known = {permit["permit_no"] for permit in self.recorded_before["permits"]}
        known |= {number for kind, number in self.origins if kind in _DECIDED_ELSEWHERE}
        return [permit for permit in self.record["permits"] if permit["permit_no"] not in known]

    @cached_property
    def granted_here(self) -> list[tuple[dict[str, Any], Permit]]:
        """Those of the added permits that were granted here, each with its row."""
        kind = EventKind.PERMIT_GRANTED
        granted = (permit for permit in self.added_permits if (kind, permit["permit_no"]) in self.origins)
        rows = ((permit, permits.by_number(self.tx, permit["permit_no"])) for permit in granted)
        return [(permit, row.permit) for permit, row in rows if row is not None]


def _claims_are_those_of_the_row(case: _SigningCase) -> bool:
    code, claims = case.code, case.claims
    if claims is None:
        return False
    count = len(case.record["permits"])
    return _are_of(code, claims) and claims.permit_count == count and code.entry_count == 1 + count


def _are_of(code: CodeRow, claims: Claims) -> bool:
    digest = hashlib.sha256(code.record.encode("utf-8")).digest()[:DIGEST_BYTES]
    held = (code.code_id, code.version, code.uscc, code.issued_on, code.status_index, code.digest, digest)
    return held == (*claims[:2], claims.uscc, claims.issued_on, claims.status_index, claims.digest, claims.digest)


def _newest_is_what_the_register_holds(case: _SigningCase) -> bool:
    """An older version of the same transaction need not be: the next one supersedes it at once."""
    code = case.code
    if codes.latest_version(case.tx, code.uscc) != code.version:
        return True
    try:
        record = records.load(case.tx, code.uscc).record
        claims = claims_from_record(
            record, case.catalogue, code.code_id, code.version, code.issued_on, code.status_index
        )
        # A payload has one form only: the same claims are the same bytes.
        return record.canonical().decode("utf-8") == code.record and claims == case.claims
    except (NotFoundError, InputError, TokenError):
        return False


def _follows_the_version_before(case: _SigningCase) -> bool:
    code, before = case.code, case.before
    if code.version == 1:
        return codes.first_of_business(case.tx, code.uscc) == (code.code_id, 1)
    if before is None or before.uscc != code.uscc or before.issued_on > code.issued_on:
        return False
    return code.version == max(before.version, code_versions.above(case.tx)) + 1


def _version_before_is_as_it_was_signed(case: _SigningCase) -> bool:
    """What a version has from the one before it is believed, so that one must be what a key of this installation signed."""
    before = case.before
    if not isinstance(before, StoredCode):
        return True  # the first one, or one that waits too and was looked at just now
    try:
        return _are_of(before, signed_claims(before.token, case.trust_list()))
    except TokenError:
        return False


def _what_is_new_is_told(case: _SigningCase) -> bool:
    """A row that was edited alone is not signed with the next act on the business."""
    code = case.code
    return case.before is None or are_told(case.tx, code.uscc, code.version, case.recorded_before, case.record)


def _entries_are_its_own(case: _SigningCase) -> bool:
    code = case.code
    end = code.status_index + code.entry_count
    return end <= counters.last(case.tx, codes.STATUS_SERIES, 0) and not codes.overlaps(case.tx, code)


def _dates_are_sane(case: _SigningCase) -> bool:
    code = case.code
    if code.issued_on != local_date(code.issued_at) or code.issued_at > case.now + SKEW:
        return False
    last = code.issued_on.isoformat()
    return case.record["entity"]["issued_on"] <= last and all(
        permit["issued_on"] <= last and (permit["valid_to"] is None or permit["valid_from"] <= permit["valid_to"])
        for permit in case.record["permits"]
    )


def _by_the_authority_itself(case: _SigningCase, permit: dict[str, Any]) -> bool:
    office = case.catalogue.offices.get(permit["handling_office"])
    return office is not None and office.authority == permit["issuing_authority"]


def _numbers_were_given(case: _SigningCase) -> bool:
    for permit in case.added_permits:
        if case.origins.isdisjoint((kind, permit["permit_no"]) for kind in _DECIDED_HERE):
            return False
        if _by_the_authority_itself(case, permit):
            continue  # which numbers its permits as it does for all others
        template = case.catalogue.number_template(permit["permit_type"], permit["issuing_authority"])
        written = template.parse(permit["permit_no"]) if template else None
        if written is None:
            return False
        series = number_series(permit["permit_type"], permit["issuing_authority"])
        if written[1] > counters.last(case.tx, series, written[0]):
            return False
    return True


def _grants_were_delegated(case: _SigningCase) -> bool:
    for permit in case.added_permits:
        day = date.fromisoformat(permit["issued_on"])
        if case.catalogue.decides(permit["handling_office"], permit["permit_type"], day) != permit["issuing_authority"]:
            return False
    return True


def _promises_stand(case: _SigningCase) -> bool:
    """Whatever is granted on commitment has its promise: the document of the name that the record says, of this business and
    type of permit, with the notice and the day of the commitment."""
    for permit, row in case.granted_here:
        if row.mode is not GrantMode.COMMITMENT:
            continue
        promise = promises.get(case.tx, permit.get("promise", ""))
        if promise is None or not _explains(case, permit, promise):
            return False
    return True


def _explains(case: _SigningCase, permit: dict[str, Any], stored: StoredPromise) -> bool:
    document = json.loads(stored.promise.document)
    notice, entity = document["notice"], case.record["entity"]
    said = (notice["id"], notice["version"], notice["sha256"], document["signed"]["on"])
    return (
        sha256(stored.promise.document) == stored.promise.sha256
        and stored.permit_type == permit["permit_type"] == document["permit_type"]
        and stored.application_no == document["application_no"]
        and said == promises.committed_notice(case.tx, stored)
        and sha256(notice["text"]) == notice["sha256"]
        and name_key(document["business"]["name"]) == name_key(entity["name"])
        and name_key(document["business"]["principal"]) == name_key(entity["principal"])
    )


def _premises_were_visited(case: _SigningCase) -> bool:
    """Whatever a window grants, and not on commitment, is visited first; a grant of an authority of its own may have its
    visits in a system of that authority."""
    return all(
        row.mode is GrantMode.COMMITMENT or _by_the_authority_itself(case, permit) or _was_visited(case, permit)
        for permit, row in case.granted_here
    )


def _was_visited(case: _SigningCase, permit: dict[str, Any]) -> bool:
    """Whether the visits to the premises allowed the grant, by whoever made it or for whom it was made; a name that was
    typed is compared with that of the former only, as when it was granted."""
    granted = (each for each in case.told if each["event"] == EventKind.PERMIT_GRANTED)
    grant = next(each for each in granted if json.loads(each["after"])["permit_no"] == permit["permit_no"])
    day = date.fromisoformat(permit["issued_on"])
    by, behalf = (accounts.user_by_name(case.tx, grant[side]) for side in ("actor", "on_behalf_of"))
    actors: tuple[Actor | None, ...] = (
        by.actor if by else None,
        replace(behalf.actor, display_name="") if behalf else None,
    )
    return all(
        before_grant.refusal(case.tx, case.catalogue, grant["subject"], permit["permit_type"], day, actor) is None
        for actor in actors
    )


def _somebody_with_the_role_did_it(case: _SigningCase) -> bool:
    found = [each for each in case.told if each["event"] == EventKind.CODE_ISSUED]
    if len(found) != 1:
        return False
    event, at = found[0], case.code.issued_at
    if (
        datetime.fromisoformat(event["at"]) != at
        or json.loads(event["after"])["status_index"] != case.code.status_index
    ):
        return False
    named = event["on_behalf_of"] if console_user(event["actor"]) is not None else event["actor"]
    if not named:
        return True  # whoever is at the machine, in nobody's name: an import, the calendar
    if named in NOT_PEOPLE:
        return named != DEMONSTRATION or case.made_up
    user = accounts.user_by_name(case.tx, named)
    if user is None:
        return case.made_up
    return not user.disabled and not user.actor.roles.isdisjoint(_MAY_ACT)


_RULES: dict[str, Callable[[_SigningCase], bool]] = {
    "claims": _claims_are_those_of_the_row,
    "version": _follows_the_version_before,
    "version before": _version_before_is_as_it_was_signed,
    "status entries": _entries_are_its_own,
    "register": _newest_is_what_the_register_holds,
    "history": _what_is_new_is_told,
    "dates": _dates_are_sane,
    "numbers": _numbers_were_given,
    "delegation": _grants_were_delegated,
    "promise": _promises_stand,
    "visit": _premises_were_visited,
    "person": _somebody_with_the_role_did_it,
}
