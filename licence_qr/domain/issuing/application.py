"""A checked application (一窗申请) for a business licence and the permits of its premises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from licence_qr.domain.cases.case import ItemRequest
from licence_qr.domain.issuing.promise import PromiseSignature
from licence_qr.domain.parties.party import Party, PartyRole
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.permit import GrantMode


@dataclass(frozen=True, slots=True)
class Commitment:
    """A signed commitment (告知承诺): which text was signed, by whom, when and how.

    ``notice_sha256`` is the hash of the text shown; it is compared with that of the catalogue when the permit is
    issued.
    """

    notice_id: str
    notice_version: str
    notice_sha256: str
    signature: PromiseSignature


@dataclass(frozen=True, slots=True)
class EntityRequest:
    """The licence part of an application. ``uscc`` None: a demonstration register allots one."""

    uscc: str | None
    form: EntityForm
    name: str
    entity_type: str
    principal: str
    registered_capital: str
    established_on: date
    term_to: date | None
    domicile: str
    business_scope: str


@dataclass(frozen=True, slots=True)
class PermitRequest:
    """One permit applied for here, for the premises of the application."""

    permit_type: str
    kinds: tuple[str, ...]
    items: str
    mode: GrantMode
    commitment: Commitment | None


@dataclass(frozen=True, slots=True)
class Application:
    """A checked application: every value is in range, and the rules of ``applied_on`` are met.

    ``answers`` are the yes/no facts asked by the trade. ``contact_phone`` is internal and never published. Rules that
    depend on the register (delegation on the day of issue, a code already registered) are checked on issue. ``items`` are
    all that the trade needs or might have needed, the licence aside; ``permits`` are those of them that this office decides
    or files. ``parties`` are the applicant and, where somebody acts for them, the agent.
    """

    trade: str
    office: str
    applied_on: date
    entity: EntityRequest
    premises_address: str
    premises_region: str
    area_m2: int | None
    permits: tuple[PermitRequest, ...]
    answers: Mapping[str, bool]
    contact_phone: str = ""
    items: tuple[ItemRequest, ...] = ()
    parties: tuple[Party, ...] = ()

    @property
    def agent(self) -> Party | None:
        """Who acts for the applicant, if anybody does."""
        return next((each for each in self.parties if each.role is PartyRole.AGENT), None)

    @property
    def agent_name(self) -> str:
        """The name of the agent, empty without one."""
        return self.agent.name if self.agent else ""

    @property
    def agent_authority(self) -> str:
        """What gives the agent the authority, in words."""
        return self.agent.authority if self.agent else ""

    @property
    def agent_authority_until(self) -> date | None:
        """The last day of that authority, if it has one."""
        return self.agent.authority_until if self.agent else None

    def without_parties(self) -> Application:
        """The same without who applied: that is kept apart, where numbers are sealed."""
        return replace(self, parties=())
