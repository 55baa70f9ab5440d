"""Parse an application from the fields of the form or of a file.

All problems are reported together, in the order of the form. What only the register knows (whether the code is taken,
whether the delegation is still in force) is checked on issue.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.cases.case import items_asked
from licence_qr.domain.catalogue.model import (
    Catalogue,
    KindOfPlace,
    Notice,
    Requirement,
    RequirementAction,
    Trade,
)
from licence_qr.domain.catalogue.requirements import (
    ON_AREA,
    ON_KINDS,
    KnownFacts,
    answered_by_kinds,
    need_of_kind,
    requirements,
)
from licence_qr.domain.catalogue.scope import of_other_trades
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.issuing.application import Application, Commitment, EntityRequest, PermitRequest
from licence_qr.domain.issuing.party_fields import read_parties
from licence_qr.domain.issuing.promise_form import DrawnSignature, PromiseReader
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.field_names import ANSWER_PREFIX
from licence_qr.domain.register.permit import GrantMode, Procedure
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.written_dates import without_end
from licence_qr.errors import InputError, InvalidApplication

INDIVIDUAL_TYPE = "个体工商户"
# Second character of a credit code given by a market regulator (GB 32100-2015, table 2); 1 for all other forms.
_CATEGORY_OF_FORM = {EntityForm.INDIVIDUAL: "2", EntityForm.COOPERATIVE: "3"}
_MAX_KINDS = 28

# What somebody decides, here or elsewhere.
_DECIDED = frozenset({RequirementAction.ISSUED_HERE, RequirementAction.APPLY_ELSEWHERE, RequirementAction.SENT_ON})


def parse_application(
    fields: Mapping[str, str],
    catalogue: Catalogue,
    office: str,
    today: date,
    demonstration: bool,
    *,
    at_desk: bool = False,
    drawn: DrawnSignature | None = None,
) -> Application:
    """The application that ``fields`` (see ``application_fields``) describe, judged by the rules of ``today``.

    ``office`` is the one that takes it. The credit code may be left out only in a ``demonstration`` register. ``at_desk``:
    whoever makes a promise is there, and it is dated today; ``drawn`` is the signature that was drawn for it. An
    application without a procedure (``mode`` empty) is for the licence alone, if its kinds of place need no permit.
    Raises InvalidApplication with every problem in the order of the form; each names its field.
    """
    reader = FieldReader(fields)
    promise = PromiseReader(reader, today, at_desk=at_desk, drawn=drawn)
    form = _Form(reader, catalogue, office, today, demonstration, promise)
    application = form.read()
    if application is None:
        raise InvalidApplication(form.reader.in_form_order())
    return application


@dataclass(frozen=True, slots=True)
class _Place:
    """The facts that decide which permits are needed."""

    trade: Trade
    kinds: tuple[KindOfPlace, ...]
    area_m2: int | None
    answers: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class _Form:
    """One reading of the fields, section by section."""

    reader: FieldReader
    catalogue: Catalogue
    office: str
    today: date
    demonstration: bool
    promise: PromiseReader

    def read(self) -> Application | None:
        """The application, or None when the reader has noted problems."""
        place = self._place()
        entity = self._entity()
        if place and entity:
            self._scope(place.trade, entity.business_scope)
        address, region, phone = self._premises()
        parties = read_parties(self.reader, entity.principal if entity else "", self.today)
        needs = self._needs(place) if place else ()
        permits = self._permits(needs, place) if place else ()
        if self.reader.problems or place is None or entity is None:
            return None
        return Application(
            trade=place.trade.id,
            office=self.office,
            applied_on=self.today,
            entity=entity,
            premises_address=address,
            premises_region=region,
            area_m2=place.area_m2,
            permits=permits,
            answers=place.answers,
            contact_phone=phone,
            items=items_asked(needs),
            parties=parties,
        )

    # -- the place ----------------------------------------------------------------------------------------------------

    def _place(self) -> _Place | None:
        if self.office not in self.catalogue.windows:
            self.reader.refuse("application_office_unknown", "office", found=self.office)
        area = self.reader.area("area_m2")
        trade = self.catalogue.trades.get(self.reader.typed("trade"))
        if trade is None:
            found = self.reader.typed("trade")
            self.reader.refuse("trade_unknown" if found else "choice_missing", "trade", found=found[:40])
            return None
        kinds = self._kinds(trade)
        return _Place(trade, kinds, area, self._answers(trade, kinds))

    def _kinds(self, trade: Trade) -> tuple[KindOfPlace, ...]:
        """The chosen kinds, by id or by a name that registers use; those the trade does not offer are left out."""
        written = unicodedata.normalize("NFKC", self.reader.typed("kinds")).replace("、", ",").split(",")
        kinds: dict[str, KindOfPlace] = {}
        for name in filter(None, (part.strip() for part in written[:_MAX_KINDS])):
            kind = self.catalogue.kinds.get(name) or self.catalogue.kind_by_name(name)
            if kind is None:
                self.reader.refuse("kind_unknown", "kinds", found=name[:40])
            elif kind.id not in trade.kinds:
                known = [self.catalogue.kinds[id_].name for id_ in trade.kinds]
                facts = {"known_zh": "、".join(n.zh for n in known), "known_en": ", ".join(n.en for n in known)}
                self._refuse_kind("kind_not_in_trade", kind, trade_zh=trade.name.zh, trade_en=trade.name.en, **facts)
            else:
                kinds[kind.id] = kind
        return tuple(kinds.values())

    def _refuse_kind(self, code: str, kind: KindOfPlace, field: str = "kinds", **facts: object) -> None:
        self.reader.refuse(code, field, kind=kind.id, kind_zh=kind.name.zh, kind_en=kind.name.en, **facts)

    def _answers(self, trade: Trade, kinds: tuple[KindOfPlace, ...]) -> Mapping[str, bool]:
        """The answers to the questions of this trade. Others are left over from an earlier choice of trade."""
        asked = {question.id for question in trade.questions}
        anywhere = {question.id for other in self.catalogue.trades.values() for question in other.questions}
        answers: dict[str, bool] = {}
        for name in self.reader.fields:
            question = name.removeprefix(ANSWER_PREFIX)
            if question == name:
                continue
            found = self.reader.typed(name)
            if question not in anywhere:
                self.reader.refuse("answer_unknown", name, question=question[:40], known=", ".join(sorted(asked)))
            elif question in asked and found in {"yes", "no"}:
                answers[question] = found == "yes"
            elif question in asked and found:
                self.reader.refuse("answer_unreadable", name, found=found[:40])
        by_kinds = answered_by_kinds(trade, [kind.id for kind in kinds])
        for asked_one in trade.questions:
            if asked_one.id in by_kinds and answers.get(asked_one.id) is False:
                kind = next(kind for kind in kinds if kind.id in asked_one.yes_with)
                facts = {"question_zh": asked_one.text.zh, "question_en": asked_one.text.en}
                self._refuse_kind("answer_contradicts_kind", kind, ANSWER_PREFIX + asked_one.id, **facts)
        return {**answers, **by_kinds}

    # -- the business -------------------------------------------------------------------------------------------------

    def _entity(self) -> EntityRequest | None:
        reader = self.reader
        form = reader.choice("entity_form", EntityForm)
        individual = form is EntityForm.INDIVIDUAL
        uscc = self._uscc(form)
        name = reader.text("name", required=not individual)
        entity_type = reader.text("entity_type", required=not individual)
        principal = reader.text("principal")
        capital = reader.text("registered_capital", required=False)
        established_on, term_to = self._dates()
        domicile = reader.text("domicile")
        scope = reader.text("business_scope")
        if form is None or established_on is None:
            return None
        return EntityRequest(
            uscc=uscc,
            form=form,
            name=name,
            entity_type=entity_type or INDIVIDUAL_TYPE,
            principal=principal,
            registered_capital=capital,
            established_on=established_on,
            term_to=term_to,
            domicile=domicile,
            business_scope=scope,
        )

    def _scope(self, trade: Trade, scope: str) -> None:
        """A trade without permits of its own takes no phrase that needs some: it would open without them."""
        if any(item.permit_type != self.catalogue.licence.id for item in trade.items):
            return
        for phrase in of_other_trades(self.catalogue, trade.id, scope):
            other = self.catalogue.trades[phrase.trade].name
            self.reader.refuse(
                "scope_needs_trade", "business_scope", phrase=phrase.text, trade_zh=other.zh, trade_en=other.en
            )

    def _uscc(self, form: EntityForm | None) -> str | None:
        typed = self.reader.typed("uscc")
        if not typed and self.demonstration:
            return None
        try:
            uscc = parse_uscc(typed)
        except InputError as problem:
            self.reader.problems.append(problem)
            return None
        category = _CATEGORY_OF_FORM.get(form, "1") if form else uscc[1]
        if uscc[0] == "9" and uscc[1] != category:
            self.reader.refuse("uscc_form_differs", "entity_form", found=uscc[:2], expected=f"9{category}")
        return uscc

    def _dates(self) -> tuple[date | None, date | None]:
        established_on = self.reader.date("established_on")
        if established_on is not None and established_on > self.today:
            facts = {"found": established_on.isoformat(), "today": self.today.isoformat()}
            self.reader.refuse("date_in_future", "established_on", **facts)
        typed = self.reader.typed("term_to")
        term_to = self.reader.date("term_to") if typed and not without_end(typed) else None
        if established_on is not None and term_to is not None and term_to < established_on:
            facts = {"first": established_on.isoformat(), "last": term_to.isoformat()}
            self.reader.refuse("term_ends_before_start", "term_to", **facts)
        return established_on, term_to

    # -- the premises -------------------------------------------------------------------------------------------------

    def _premises(self) -> tuple[str, str, str]:
        reader = self.reader
        address = reader.text("premises_address")
        region = reader.typed("premises_region")
        regions = {office.region: office.region_name for office in self.catalogue.windows.values()}
        if not region:
            reader.refuse("choice_missing", "premises_region")
        elif region not in regions:
            known = ", ".join(f"{code} {name.zh} ({name.en})" for code, name in regions.items())
            reader.refuse("choice_unknown", "premises_region", found=region[:40], known=known)
        return address, region, reader.phone("contact_phone")

    # -- the permits --------------------------------------------------------------------------------------------------

    def _needs(self, place: _Place) -> tuple[Requirement, ...]:
        facts = KnownFacts([kind.id for kind in place.kinds], place.answers, place.area_m2)
        return requirements(self.catalogue, place.trade.id, self.office, facts, self.today)

    def _permits(self, needs: tuple[Requirement, ...], place: _Place) -> tuple[PermitRequest, ...]:
        """What this office decides or takes note of itself. An open question about any item is noted: who does not know what
        a business needs cannot tell it where each stands."""
        requests = []
        others = any(
            need.action is RequirementAction.ISSUED_HERE
            and not (need.permit_type.licence or need.permit_type.by_kind_of_place)
            for need in needs
        )
        for need in needs:
            if need.permit_type.licence:
                self._delegated(need, "trade")
            elif need.permit_type.by_kind_of_place:
                if self._is_to_be_issued(need, place, others=others):
                    requests.append(self._request(need, place))
            elif need.depends_on and need.action is not RequirementAction.NOT_NEEDED:
                self._refuse_open_question(need.depends_on, place)
            elif need.action is RequirementAction.ISSUED_HERE:
                requests.append(self._request(need, place))
            elif need.action is RequirementAction.FILED_HERE:
                requests.extend(self._filed(need, place, others=others))
        return tuple(requests)

    def _delegated(self, need: Requirement, field: str) -> bool:
        if need.action is RequirementAction.ISSUED_HERE:
            return True
        office = self.catalogue.windows.get(self.office)
        self.reader.refuse(
            "no_delegation",
            field,
            office_zh=office.name.zh if office else self.office,
            office_en=office.name.en if office else self.office,
            permit_zh=need.permit_type.name.zh,
            permit_en=need.permit_type.name.en,
            authority_zh=need.authority.name.zh,
            authority_en=need.authority.name.en,
            day=self.today.isoformat(),
        )
        return False

    def _is_to_be_issued(self, need: Requirement, place: _Place, *, others: bool) -> bool:
        """Whether a permit that depends on the kinds of place is to be issued here. Notes what prevents it.

        ``others``: permits that do not depend on them are issued here too, so a procedure was chosen for those.
        """
        needed = need.action in _DECIDED
        if need.depends_on or (needed and not place.kinds):
            self._refuse_open_question(need.depends_on or ON_KINDS, place)
            return False
        if not needed:
            if self.reader.typed("mode") and not others:
                self._refuse_unneeded(place, "mode", place.kinds or self._kinds_of(place.trade))
            return False
        self._refuse_unneeded(place, "kinds", place.kinds)
        # Without the delegation another office decides it: an item of the case, to be applied for or sent on.
        return need.action is RequirementAction.ISSUED_HERE

    def _kinds_of(self, trade: Trade) -> tuple[KindOfPlace, ...]:
        return tuple(self.catalogue.kinds[kind] for kind in trade.kinds)

    def _refuse_open_question(self, what: str, place: _Place) -> None:
        if what == ON_KINDS:
            names = [kind.name for kind in self._kinds_of(place.trade)]
            facts = {"known_zh": "、".join(n.zh for n in names), "known_en": ", ".join(n.en for n in names)}
            self.reader.refuse("kinds_missing", "kinds", **facts)
        elif what == ON_AREA:
            if not self.reader.typed("area_m2"):
                self.reader.refuse("area_missing", "area_m2")
        elif all(told.field != ANSWER_PREFIX + what for told in self.reader.problems):  # two items may depend on it
            question = next(q.text for q in place.trade.questions if q.id == what)
            facts = {"question_zh": question.zh, "question_en": question.en}
            self.reader.refuse("answer_missing", ANSWER_PREFIX + what, **facts)

    def _refuse_unneeded(self, place: _Place, field: str, kinds: tuple[KindOfPlace, ...]) -> None:
        """Refuse a permit for kinds of place that today's rules do not license."""
        for kind in kinds:
            need = need_of_kind(kind, self.office, place.area_m2, self.today)
            if not need.licensed:
                facts = {"basis_zh": need.reason.zh, "basis_en": need.reason.en}
                self._refuse_kind("kind_needs_no_permit", kind, field, **facts)

    def _request(self, need: Requirement, place: _Place) -> PermitRequest:
        kinds = place.kinds if need.permit_type.by_kind_of_place else ()
        items = self.reader.text("permitted_items", required=False)
        procedure = self.reader.choice("mode", Procedure)
        mode = GrantMode(procedure or Procedure.GENERAL)
        notice = self.catalogue.notice(need.permit_type.id, self.today)
        return PermitRequest(
            permit_type=need.permit_type.id,
            kinds=tuple(kind.id for kind in kinds),
            items=items or "、".join(kind.name.zh for kind in kinds),
            mode=mode,
            commitment=self._commitment(notice) if mode is GrantMode.COMMITMENT else None,
        )

    def _filed(self, need: Requirement, place: _Place, *, others: bool) -> Iterator[PermitRequest]:
        """A filing. It follows no procedure: whoever chose one, and for nothing else, expects a permit."""
        if not place.kinds:
            self._refuse_open_question(ON_KINDS, place)
            return
        if self.reader.typed("mode") and not others:
            self._refuse_unneeded(place, "mode", place.kinds)
            return
        items = self.reader.text("permitted_items", required=False)
        yield PermitRequest(
            permit_type=need.permit_type.id,
            kinds=tuple(kind.id for kind in place.kinds),
            items=items or "、".join(kind.name.zh for kind in place.kinds),
            mode=GrantMode.FILING,
            commitment=None,
        )

    def _commitment(self, notice: Notice | None) -> Commitment | None:
        reader = self.reader
        if notice is None:
            reader.refuse("notice_not_in_force", "mode", day=self.today.isoformat())
            return None
        shown = tuple(reader.typed(name) for name in ("notice_id", "notice_version", "notice_sha256"))
        facts = {"notice": notice.id, "version": notice.version}
        if not all(shown):
            reader.refuse("commitment_missing", "mode", **facts)
        elif (shown[0], shown[1], shown[2].lower()) != (notice.id, notice.version, notice.sha256):
            reader.refuse("commitment_notice_changed", "mode", found=" ".join(shown[:2])[:60], **facts)
        signature = self.promise.read(notice)
        return Commitment(notice.id, notice.version, notice.sha256, signature) if signature else None
