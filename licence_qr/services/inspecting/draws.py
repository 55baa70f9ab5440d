"""Random draws of places and officers (双随机): hashes are announced first, and what was drawn is published after the visit.

docs/verifying/random-draws.md tells the public how to check a draw. Officers are published by number; their names are
internal.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.draws import Candidate, DrawList, DrawState, Pick, draw, parse_seed, sha256_of
from licence_qr.domain.inspecting.inspection import VisitOutcome
from licence_qr.domain.plain_text import demand_length, length_faults, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.roles import Actor, Away, Role
from licence_qr.errors import ConflictError, InputError, InvalidApplication, RuleError
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import DRAW, READ_DRAWS
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import absences, accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import draws
from licence_qr.store.inspecting.draws import DrawnPlace, StoredDraw
from licence_qr.store.register import entities, permits

MAX_TITLE_CHARS = 80
MAX_TEXT_CHARS = 200
PUBLISHED = 100
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """A draw that an office requests.

    ``kinds`` empty: every kind of place. ``away`` and ``recused`` name officers by number, ``recused`` with the credit
    code of the business they may not inspect (回避). ``seed_source`` names the public event that will give the seed;
    empty: the register chooses a secret and publishes its hash.
    """

    title: str
    places: int
    due_on: date | None
    kinds: tuple[str, ...] = ()
    away: tuple[int, ...] = ()
    recused: tuple[tuple[int, str], ...] = ()
    seed_source: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    """One drawn place as published. ``inspected_on`` and ``outcome`` are set once an inspection of it counts."""

    candidate: Candidate
    officers: tuple[int, ...]
    inspected_on: date | None
    outcome: VisitOutcome | None


@dataclass(frozen=True, slots=True)
class PublishedDraw:
    """One draw as published; nothing else about it is public. ``seed`` is empty until the draw is settled.

    Until it is ``opened`` the public sees neither ``list`` nor ``seed``, from which everybody could reckon what was drawn,
    and of ``drawn`` what was inspected: anything else would warn the places and expose the
    officers.
    """

    number: int
    office: str
    title: str
    announced_at: datetime
    due_on: date
    places: int
    candidates: int
    officers: int
    list: str
    list_sha256: str
    seed_source: str
    commitment: str
    seed: str
    state: DrawState
    settled_at: datetime | None
    reason: str
    drawn: tuple[PublishedPlace, ...]
    opened: bool = True


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of an office, made by clerks and deciders. Inspectors, who are drawn, may only read. ``only_try``: refuse what
    would be refused, and keep nothing."""

    database: Database
    catalogue: Catalogue

    def officers(self, actor: Actor) -> tuple[Actor, ...]:
        """The active inspectors of the office, whose ``user_id`` is their public number. Raises AccessError."""
        access.demand(actor, READ_DRAWS)
        with self.database.read() as tx:
            return accounts.active_of_office(tx, actor.office, Role.INSPECTOR)

    def absent(self, actor: Actor, now: datetime) -> Mapping[int, Away]:
        """Which of these inspectors are absent today, by their public number: until when, and who stands in. Raises
        AccessError."""
        access.demand(actor, READ_DRAWS)
        today = local_date(now)
        with self.database.read() as tx:
            officers = accounts.active_of_office(tx, actor.office, Role.INSPECTOR)
            covers = {each.user_id: absences.cover_of(tx, each.person_id, today) for each in officers}
        return {number: cover.away for number, cover in covers.items() if cover.away is not None}

    def announce(self, actor: Actor, wanted: DrawRequest, now: datetime, *, only_try: bool = False) -> int:
        """Freeze and publish the list; return the id of the draw.

        Raises InvalidApplication with every field that is wrong; InputError ``draw_recused_unknown`` for an unknown
        officer or business in ``recused``; RuleError ``draw_places``, ``draw_officers_few`` or ``draw_weights_unknown``
        (no weights in force today); AccessError.
        """
        access.demand(actor, DRAW)
        # These texts are published: invisible or reordering characters are removed.
        wanted = replace(wanted, title=plain_line(wanted.title), seed_source=plain_line(wanted.seed_source))
        due_on = self._demand(wanted, local_date(now))
        with self.database.trial() if only_try else self.database.write() as tx:
            names = {o.user_id: o.username for o in accounts.active_of_office(tx, actor.office, Role.INSPECTOR)}
            _check_recused(tx, wanted, names)
            listed = self._list(tx, actor, wanted, names, local_date(now))
            announced = _announced(actor, wanted, due_on, listed, names, now)
            draw_id = draws.add(tx, announced)
            said = {
                "list_sha256": announced.list_sha256,
                "commitment": announced.commitment,
                "due_on": due_on.isoformat(),
                "places": wanted.places,
            }
            events.write(tx, replace(_event(EventKind.DRAW_ANNOUNCED, draw_id, actor, now), after=said))
            return draw_id

    def settle(self, actor: Actor, draw_id: int, seed: str, now: datetime, *, only_try: bool = False) -> None:
        """Draw with the ``seed`` of the public event, or with the register's secret (``seed`` is then ignored).

        Raises InputError ``draw_seed``; ConflictError ``draw_settled_before``; NotFoundError ``thing_not_found``;
        AccessError.
        """
        with self.database.read() as tx:
            found = _open(tx, actor, draw_id)
        used = found.secret or parse_seed(seed)
        picks = draw(found.list, used)
        names = json.loads(found.officers)
        with self.database.trial() if only_try else self.database.write() as tx:
            _open(tx, actor, draw_id)
            draws.settle(tx, draw_id, DrawState.SETTLED, used, (actor.username, ""), now)
            draws.add_drawn(tx, found, [_row(tx, pick, names) for pick in picks])
            said = {"list_sha256": found.list_sha256, "seed": used}
            events.write(tx, replace(_event(EventKind.DRAW_SETTLED, draw_id, actor, now), after=said))

    def call_off(self, actor: Actor, draw_id: int, reason: str, now: datetime, *, only_try: bool = False) -> None:
        """Declare an announced draw void, with a reason that is published.

        Raises InputError ``reason_missing`` or ``text_too_long``, and otherwise as ``settle``.
        """
        why = plain_line(reason)
        if not why:
            raise InputError("reason_missing", field="reason")
        demand_length(why, MAX_TEXT_CHARS, "reason")
        with self.database.trial() if only_try else self.database.write() as tx:
            _open(tx, actor, draw_id)
            draws.settle(tx, draw_id, DrawState.CALLED_OFF, "", (actor.username, why), now)
            events.write(tx, replace(_event(EventKind.DRAW_CALLED_OFF, draw_id, actor, now), reason=why))

    def of_office(self, actor: Actor) -> tuple[PublishedDraw, ...]:
        """The latest draws of the reader's office, or for an auditor of all, the newest first. Raises AccessError."""
        office = access.office_bound(actor, READ_DRAWS)
        with self.database.read() as tx:
            return tuple(_published(tx, each, places=False) for each in draws.newest(tx, office, PUBLISHED))

    def own(self, actor: Actor, draw_id: int) -> PublishedDraw:
        """A draw of the reader's office. Raises NotFoundError ``thing_not_found``, AccessError."""
        access.demand(actor, READ_DRAWS)
        with self.database.read() as tx:
            return _published(tx, _of_office(tx, actor, draw_id))

    def of_drawn(self, actor: Actor, drawn_id: int) -> int:
        """The id of the draw in which a place was drawn. Raises as ``own``."""
        access.demand(actor, READ_DRAWS)
        with self.database.read() as tx:
            found = draws.drawn(tx, drawn_id)
            return _of_office(tx, actor, found.draw_id if found else 0).draw_id

    def published(self) -> tuple[PublishedDraw, ...]:
        """The latest draws of all offices, the newest first, without their places."""
        with self.database.read() as tx:
            newest = [_published(tx, each, places=False) for each in draws.newest(tx, None, PUBLISHED)]
        return tuple(_withheld(each) for each in newest)

    def published_one(self, draw_id: int, now: datetime) -> PublishedDraw:
        """One draw as the public may see it today. Raises NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            draw = _published(tx, _known(tx, draw_id))
        return draw if _may_be_opened(draw, local_date(now)) else _withheld(draw)

    def _demand(self, wanted: DrawRequest, today: date) -> date:
        problems = []
        if not wanted.title:
            problems.append(InputError("draw_title_missing", field="title"))
        problems += length_faults(wanted.title, MAX_TITLE_CHARS, "title")
        problems += length_faults(wanted.seed_source, MAX_TEXT_CHARS, "seed_source")
        if wanted.due_on is None or not today < wanted.due_on <= today + _LONGEST:
            problems.append(InputError("draw_due_range", field="due_on", most=_LONGEST.days))
        if any(kind not in self.catalogue.kinds for kind in wanted.kinds):
            problems.append(InputError("draw_kind_unknown", field="kinds"))
        if problems or wanted.due_on is None:
            raise InvalidApplication(problems)
        return wanted.due_on

    def _list(
        self, tx: Transaction, actor: Actor, wanted: DrawRequest, inspectors: Iterable[int], today: date
    ) -> DrawList:
        weights = self.catalogue.inspection_rules.draw_weights_on(today)
        if weights is None:
            raise RuleError("draw_weights_unknown", day=today.isoformat())
        officers = set(inspectors) - set(wanted.away)
        found = []
        for stored, holder, address in draws.candidates(tx, actor.office, today):
            permit = stored.permit
            if not self._drawable(permit, wanted.kinds):
                continue
            kept_away = (number for number, uscc in wanted.recused if uscc == stored.uscc and number in officers)
            recused = tuple(sorted(set(kept_away)))
            weight = weights.of(self.catalogue.scale(permit.permit_type), permit.grade)
            found.append(
                Candidate(
                    permit_no=permit.permit_no,
                    uscc=stored.uscc,
                    holder_name=holder,
                    address=address,
                    grade=permit.grade,
                    weight=weight,
                    recused=recused,
                )
            )
        return DrawList(actor.office, wanted.title, wanted.places, tuple(sorted(officers)), tuple(found))

    def _drawable(self, permit: Permit, kinds: tuple[str, ...]) -> bool:
        lists = self.catalogue.inspection_rules.checklists
        wanted = not kinds or bool(set(kinds).intersection(permit.kinds))
        return wanted and any(permit.permit_type in each.permit_types for each in lists)


def _check_recused(tx: Transaction, wanted: DrawRequest, inspectors: Mapping[int, str]) -> None:
    """Check recusals: a typing error would send an officer where they must not go."""
    for number, uscc in wanted.recused:
        if number not in inspectors or entities.get(tx, uscc) is None:
            raise InputError("draw_recused_unknown", field="recused", number=number, uscc=uscc)


def _event(kind: EventKind, draw_id: int, actor: Actor, now: datetime) -> NewEvent:
    """The event of a step of a draw: a row in the table of draws can be changed, an event cannot."""
    return NewEvent(kind=kind, subject=f"draw/{draw_id}", at=now, by=actor)


def _announced(
    actor: Actor, wanted: DrawRequest, due_on: date, listed: DrawList, names: Mapping[int, str], now: datetime
) -> StoredDraw:
    text, source = listed.canonical(), wanted.seed_source
    secret = "" if source else secrets.token_hex(32)
    return StoredDraw(
        draw_id=0,
        office=actor.office,
        title=listed.title,
        announced_at=now,
        announced_by=actor.username,
        due_on=due_on,
        places=wanted.places,
        list=text,
        list_sha256=sha256_of(text),
        candidate_count=len(listed.candidates),
        officers=json.dumps(names),
        officer_count=len(listed.officers),
        seed_source=source,
        commitment=sha256_of(secret) if secret else "",
        secret=secret,
        seed="",
        state=DrawState.ANNOUNCED,
        settled_at=None,
        reason="",
    )


def _published(tx: Transaction, stored: StoredDraw, *, places: bool = True) -> PublishedDraw:
    found: tuple[PublishedPlace, ...] = ()
    if places and stored.state is DrawState.SETTLED:
        listed = {each.permit_no: each for each in DrawList.of_canonical(stored.list).candidates}
        numbers = {name: int(number) for number, name in json.loads(stored.officers).items()}
        found = tuple(_place(listed, numbers, place) for place in draws.of_draw(tx, stored.draw_id))
    return PublishedDraw(
        number=stored.draw_id,
        office=stored.office,
        title=stored.title,
        announced_at=stored.announced_at,
        due_on=stored.due_on,
        places=stored.places,
        candidates=stored.candidate_count,
        officers=stored.officer_count,
        list=stored.list,
        list_sha256=stored.list_sha256,
        seed_source=stored.seed_source,
        commitment=stored.commitment,
        seed=stored.seed,
        state=stored.state,
        settled_at=stored.settled_at,
        reason=stored.reason,
        drawn=found,
    )


def _may_be_opened(draw: PublishedDraw, today: date) -> bool:
    """Once every drawn place was inspected, or the day by which they were to be has passed; and when it was called off."""
    if draw.state is DrawState.SETTLED:
        return today > draw.due_on or all(place.inspected_on for place in draw.drawn)
    return draw.state is DrawState.CALLED_OFF


def _withheld(draw: PublishedDraw) -> PublishedDraw:
    inspected = tuple(place for place in draw.drawn if place.inspected_on)
    return replace(draw, list="", seed="", drawn=inspected, opened=False)


def _place(listed: Mapping[str, Candidate], numbers: Mapping[str, int], place: DrawnPlace) -> PublishedPlace:
    officers = tuple(numbers[name] for name in place.drawn.officers)
    return PublishedPlace(listed[place.permit_no], officers, place.inspected_on, place.outcome)


def _row(tx: Transaction, pick: Pick, names: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    held = permits.by_number(tx, pick.candidate.permit_no)
    if held is None:
        raise AssertionError("a permit on a frozen list is not there")
    return held.permit_id, tuple(names[str(number)] for number in pick.officers)


def _known(tx: Transaction, draw_id: int) -> StoredDraw:
    found = draws.get(tx, draw_id)
    if found is None:
        raise things.not_found(things.DRAW)
    return found


def _of_office(tx: Transaction, actor: Actor, draw_id: int) -> StoredDraw:
    found = _known(tx, draw_id)
    access.demand(actor, READ_DRAWS, found.office)
    return found


def _open(tx: Transaction, actor: Actor, draw_id: int) -> StoredDraw:
    access.demand(actor, DRAW)
    found = _of_office(tx, actor, draw_id)
    if found.state is not DrawState.ANNOUNCED:
        raise ConflictError("draw_settled_before", number=draw_id)
    return found
