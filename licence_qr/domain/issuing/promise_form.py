"""Reading from the fields of an application who signed its promise, in what capacity, when and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.issuing.promise import Agent, Drawing, PromiseFacts, PromiseSignature, SignedHow, agent_who_signs
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.written_dates import read_date, without_end
from licence_qr.errors import InputError

YES = "yes"


# What is wrong with these is told beside them, and not once more of the signer.
_WHO_SIGNS = frozenset({"signer", "principal", "agent_name", "agent_authority", "agent_authority_until"})


@dataclass(frozen=True, slots=True)
class DrawnSignature:
    """A signature that was drawn for an application, with what was shown to whoever drew it."""

    facts: PromiseFacts
    how: SignedHow
    signed_on: date
    drawing: Drawing


# What is wrong with these is told beside them, and not once more of the signer.
_WHO_SIGNS = frozenset({"signer", "principal", "agent_name", "agent_authority", "agent_authority_until"})


@dataclass(frozen=True, slots=True)
class PromiseReader:
    """Notes in ``reader`` what is wrong. An application file says that it was signed on paper, and on which day."""

    reader: FieldReader
    today: date
    at_desk: bool = False
    drawn: DrawnSignature | None = None

    def facts(self, notice: Notice) -> PromiseFacts:
        """What somebody who signs has before their eyes, by what is typed now."""
        return PromiseFacts(
            notice_id=notice.id,
            notice_version=notice.version,
            notice_sha256=notice.sha256,
            name=self.reader.typed("name"),
            principal=self.reader.typed("principal"),
            premises_address=self.reader.typed("premises_address"),
            signer=self.reader.typed("signer"),
        )

    def read(self, notice: Notice) -> PromiseSignature | None:
        """The signature, or None after noting that there is none."""
        signer = self.reader.text("signer", missing="signature_missing")
        wrong = {noted.field for noted in self.reader.problems}
        agent = None if _WHO_SIGNS & wrong else self.agent(signer)
        if self.at_desk and self.drawn is not None:
            self._check_drawn(self.drawn, notice)
            return PromiseSignature(signer, self.drawn.signed_on, agent, self.drawn.how, self.drawn.drawing)
        if self.at_desk and self.reader.typed("signed_on_paper") != YES:
            self.reader.refuse("promise_not_signed", "signed_on_paper")
            return None
        signed_on = self._day(notice)
        return PromiseSignature(signer, signed_on, agent) if signed_on else None

    def _check_drawn(self, drawn: DrawnSignature, notice: Notice) -> None:
        if changed := drawn.facts.changed(self.facts(notice)):
            labels = [FIELD_LABELS[name] for name in changed]
            facts = {"what_zh": "、".join(each.zh for each in labels), "what_en": ", ".join(each.en for each in labels)}
            self.reader.refuse("promise_signed_before_change", "signed_on_paper", **facts)
        elif drawn.signed_on != self.today:
            self._refuse_day("signed_on_paper", drawn.signed_on)

    def _day(self, notice: Notice) -> date | None:
        signed_on = self.reader.date("signed_on")
        if signed_on is None:
            return None
        found, facts = signed_on.isoformat(), {"notice": notice.id, "version": notice.version}
        if self.at_desk and signed_on != self.today:
            self._refuse_day("signed_on", signed_on)
        elif signed_on > self.today:
            self.reader.refuse("date_in_future", "signed_on", found=found, today=self.today.isoformat())
        elif signed_on < notice.period.first:
            start = notice.period.first.isoformat()
            self.reader.refuse("signed_before_notice", "signed_on", found=found, start=start, **facts)
        return signed_on

    def _refuse_day(self, field: str, found: date) -> None:
        self.reader.refuse("promise_of_another_day", field, found=found.isoformat(), today=self.today.isoformat())

    def agent(self, signer: str) -> Agent | None:
        """The agent where it is the one who signs. Notes what keeps the signer from signing."""
        principal, name = self.reader.typed("principal"), self.reader.typed("agent_name")
        try:
            known = Agent(name, self.reader.typed("agent_authority"), self._until(principal)) if name else None
            return agent_who_signs(signer, principal, known, self.today)
        except InputError as refused:
            self.reader.refuse(refused.code, "signer", **refused.facts)
            return None

    def _until(self, principal: str) -> date | None:
        """The last day of the authority. Of one that cannot be read nobody can say that it stands: raises InputError."""
        typed = self.reader.typed("agent_authority_until")
        if not typed or without_end(typed):
            return None
        try:
            return read_date(typed, "agent_authority_until")
        except InputError:
            facts = {"agent": self.reader.typed("agent_name"), "until": typed[:40], "principal": principal}
            raise InputError("signer_authority_ended", field="signer", **facts) from None
