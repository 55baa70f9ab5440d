"""Search for businesses at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.catalogue.grading import GradingScale, grade_name, scale_title
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CodeId, parse_code_number
from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.domain.lifecycle.acts import Rule, Subject, Upon
from licence_qr.domain.lifecycle.clock import DecisionClock
from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.publishing.pasted import PastedAs, reduced
from licence_qr.domain.publishing.public_page import PublicPage
from licence_qr.domain.register.entity import Entity, LicenceState, Premises
from licence_qr.domain.register.permit import Permit, PermitState, PermitStatus, Suspension, deemed_renewed, status_on
from licence_qr.domain.roles import Actor
from licence_qr.errors import NotFoundError
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.publishing.lookup import Lookup
from licence_qr.services.publishing.verification import first_genuine
from licence_qr.services.register import access
from licence_qr.services.register.look_alikes import LookAlike, look_alikes
from licence_qr.services.signing import before_grant
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import rectifications
from licence_qr.store.inspecting.rectifications import Order
from licence_qr.store.proposals import proposals
from licence_qr.store.proposals.proposals import StoredProposal
from licence_qr.store.register import codes, entities, history, marks, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.marks import StoredMark
from licence_qr.store.register.permits import StoredPermit


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessSummary:
    """One line of a search result; of a suspended permit also by which decision, where it is known."""

    uscc: str
    holder_name: str
    principal: str
    domicile: str
    state: LicenceState
    statuses: tuple[tuple[PermitStatus, Suspension | None], ...]
    code_number: str


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """One print of a business's code."""

    version: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class HeldPermit:
    """One permit with its key, its status of the day (``deemed``: renewed, because nobody decided in time) and the acts
    that are open to the reader. ``scale`` is the one that permits of its type are graded by."""

    permit_id: int
    permit: Permit
    permit_type: Text
    address: str
    status: PermitStatus
    deemed: bool
    mine: bool
    acts: tuple[Rule, ...]
    scale: GradingScale | None = None

    @property
    def grade_title(self) -> Text:
        """What the type of permit calls its grade."""
        return scale_title(self.scale)

    @property
    def grade(self) -> Text:
        """The grade in words, or that there is none."""
        return grade_name(self.scale, self.permit.grade)


@dataclass(frozen=True, slots=True)
class BusinessDetail:
    """A business as shown at the desk.

    The public page, the versions of its code (newest first), and the licence, premises, permits and marks with the acts
    that the reader may do.

    ``difference`` names what in the register differs from what was signed, empty where nothing does.
    ``clocks`` say until when permits that were applied for are to be decided, by their keys.
    ``mine``: the reader's office deals with the licence. ``proposals`` are the ids of open proposals there, ``to_decide``
    those that wait for the reader; ``orders`` the ids of open orders to rectify that the reader may inspect.
    ``revision`` is that of the history, for forms.
    """

    page: PublicPage
    difference: str
    versions: tuple[CodeVersion, ...]
    entity: Entity
    state: LicenceState
    dormant_until: date | None
    office: str
    premises: tuple[Premises, ...]
    permits: tuple[HeldPermit, ...]
    marks: tuple[StoredMark, ...]
    proposals: tuple[int, ...]
    to_decide: tuple[int, ...]
    orders: tuple[int, ...]
    revision: int
    mine: bool
    acts: tuple[Rule, ...]
    clocks: Mapping[int, DecisionClock]


@dataclass(frozen=True, slots=True)
class Register:
    """Reads the register, which is open to every office: licences and permits are public facts."""

    database: Database
    lookup: Lookup
    life: Life

    def search(self, actor: Actor, query: str, now: datetime) -> tuple[BusinessSummary, ...]:
        """Search for ``query``: at most 50 businesses.

        Matches parts of names, credit codes, principals and permit numbers, or a complete code number, or the link of a
        code as a scanner at the desk types it. Raises TokenError for a link that is not genuine.
        """
        access.demand(actor, access.READ_BUSINESSES)
        code = self._code_in(query, now)
        with self.database.read() as tx:
            found = _of_code(tx, code) or entities.search(tx, query.strip())
            return tuple(_summary(tx, stored, local_date(now)) for stored in found)

    def look_alikes(self, actor: Actor, uscc: str) -> tuple[LookAlike, ...]:
        """Other businesses whose name is that of this one or looks like it."""
        access.demand(actor, access.READ_BUSINESSES)
        with self.database.read() as tx:
            stored = entities.get(tx, uscc)
            return look_alikes(tx, stored.entity.name, uscc) if stored else ()

    def _code_in(self, query: str, now: datetime) -> CodeId | None:
        pasted = reduced(query, ())  # with no host of ours, so that names are found without the trust list too
        if pasted.kind is PastedAs.CODE:
            return first_genuine(lambda text: self.lookup.claims_of(text, now), pasted.texts).code_id
        return parse_code_number(pasted.texts[0]) if pasted.kind is PastedAs.NUMBER else None

    def business(self, actor: Actor, uscc: str, now: datetime) -> BusinessDetail:
        """One business. Raises NotFoundError ``business_not_found``."""
        access.demand(actor, access.READ_BUSINESSES)
        day = local_date(now)
        with self.database.read() as tx:
            versions, stored = codes.versions_of_business(tx, uscc), entities.get(tx, uscc)
            if not versions or stored is None:
                raise NotFoundError("business_not_found", uscc=uscc)
            page, difference = self.lookup.as_held(tx, versions[0], now)
            premises = entities.premises_of(tx, uscc)
            known = marks.of_business(tx, uscc)
            held = permits.of_business(tx, uscc)
            waiting = proposals.open_of_business(tx, uscc)
            ordered = rectifications.of_business(tx, uscc)
            revision = history.revision(tx, uscc)
            rules_of = self.life.open_acts_within(tx, uscc, day)
            clocks = self._clocks(tx, held, day)
        standing = tuple(mark for mark in known if mark.mark.stands_on(day))
        mine = stored.office == actor.office
        open_acts = _open_acts(actor, rules_of)
        there = _there(premises, standing)
        addresses = {place.premises_no: place.address for place in premises}
        return BusinessDetail(
            page=page,
            difference=difference,
            versions=tuple(CodeVersion(v.version, v.issued_on) for v in versions),
            entity=stored.entity,
            state=licence_state_on(stored.state, stored.dormant_until, day),
            dormant_until=stored.dormant_until,
            office=stored.office,
            premises=premises,
            permits=tuple(
                self._held(
                    each, addresses, day, open_acts[Subject(uscc, each.permit_id)] if at_hand else (), mine=at_hand
                )
                for each in held
                for at_hand in (mine or each.permit.handling_office == actor.office,)
            ),
            marks=standing,
            proposals=_proposals(actor, waiting),
            to_decide=tuple(each.proposal_id for each in waiting if _decides(actor, each)),
            orders=_orders(actor, ordered),
            revision=revision,
            mine=mine,
            acts=tuple(rule for rule in open_acts[Subject(uscc)] if rule.upon in there) if mine else (),
            clocks=clocks,
        )

    def _clocks(self, tx: Transaction, held: Iterable[StoredPermit], day: date) -> Mapping[int, DecisionClock]:
        asked = [(s.permit_id, s.permit) for s in held if s.permit.state is PermitState.PENDING]
        rules, of_permit = self.lookup.catalogue, "permit/{}".format
        return {
            key: before_grant.clock_of(tx, rules, of_permit(key), each.permit_type, each.state_since or day, day)
            for key, each in asked
        }

    def _held(
        self, stored: StoredPermit, addresses: Mapping[int, str], day: date, acts: tuple[Rule, ...], *, mine: bool
    ) -> HeldPermit:
        permit, known = stored.permit, self.lookup.catalogue.permit_types.get(stored.permit.permit_type)
        return HeldPermit(
            permit_id=stored.permit_id,
            permit=permit,
            permit_type=known.name if known else Text(permit.permit_type, permit.permit_type),
            address=addresses.get(permit.premises_no, ""),
            status=status_on(permit, day),
            deemed=deemed_renewed(permit, day),
            mine=mine,
            acts=acts,
            scale=known.scale if known else None,
        )


def _decides(actor: Actor, proposal: StoredProposal) -> bool:
    """Whether the proposal waits for ``actor``, who took no part in it."""
    involved = {proposal.proposed_by, *proposal.content.witnesses}
    return access.may(actor, access.DECIDE_PROPOSALS, proposal.office) and not actor.is_involved(involved)


def _open_acts(actor: Actor, rules_of: Mapping[Subject, Iterable[Rule]]) -> Mapping[Subject, tuple[Rule, ...]]:
    """Those of the acts that the reader may do."""
    return {
        subject: tuple(rule for rule in rules if access.may(actor, access.of_act(rule)) and rule.told)
        for subject, rules in rules_of.items()
    }


def _proposals(actor: Actor, waiting: Iterable[StoredProposal]) -> tuple[int, ...]:
    """Those that the reader may read."""
    return tuple(each.proposal_id for each in waiting if access.may(actor, access.READ_PROPOSALS, each.office))


def _orders(actor: Actor, ordered: tuple[Order, ...]) -> tuple[int, ...]:
    """Those that ``actor`` may inspect, the oldest first."""
    still = (each for each in reversed(ordered) if each.state is OrderState.OPEN)
    return tuple(each.order_id for each in still if access.may(actor, access.MAKE_INSPECTIONS, each.office))


def _there(premises: tuple[Premises, ...], standing: tuple[StoredMark, ...]) -> frozenset[Upon | None]:
    """The conditions that hold for acts; None stands for acts without a condition."""
    spare = {Upon.PREMISES_TO_SPARE} if sum(place.open for place in premises) > 1 else set()
    return frozenset({None, *spare, *({Upon.STANDING_MARK} if standing else ())})


def _of_code(tx: Transaction, code_id: CodeId | None) -> list[StoredEntity]:
    code = codes.newest(tx, code_id) if code_id else None
    stored = entities.get(tx, code.uscc) if code else None
    return [stored] if stored else []


def _summary(tx: Transaction, stored: StoredEntity, day: date) -> BusinessSummary:
    held = permits.of_business(tx, stored.entity.uscc)
    code = codes.newest_of_business(tx, stored.entity.uscc)
    return BusinessSummary(
        uscc=stored.entity.uscc,
        holder_name=stored.entity.holder_name,
        principal=stored.entity.principal,
        domicile=stored.entity.domicile,
        state=stored.state,
        statuses=tuple((status_on(s.permit, day), s.permit.suspension) for s in held),
        code_number=code.code_id.number if code else "",
    )
