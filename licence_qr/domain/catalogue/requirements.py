"""Which permits a trade needs on a day, from which authority, and why (实施事项清单).

Two sources are combined: the items of the trade's package and, for permits that depend on the kind of place, the dated
rule of each kind. No trade is named in the code: everything is data of the catalogue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.model import (
    Authority,
    Catalogue,
    Delegation,
    ItemMode,
    KindOfPlace,
    PermitType,
    Regime,
    Requirement,
    RequirementAction,
    Text,
    Trade,
    TradeItem,
)
from licence_qr.domain.dates import day_in_words
from licence_qr.errors import InputError

ON_KINDS = "kinds"
ON_AREA = "area_m2"


@dataclass(frozen=True, slots=True)
class Need:
    """What is required of a kind of place or a trade, and why. ``depends_on`` names what is still unknown."""

    regime: Regime
    reason: Text
    depends_on: str = ""

    @property
    def licensed(self) -> bool:
        """Whether a permit is certainly needed."""
        return self.regime is Regime.LICENSED and not self.depends_on


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known about a place so far: kinds and answers by id, and area. All may be incomplete."""

    kinds: Sequence[str]
    answers: Mapping[str, bool]
    area_m2: int | None


@dataclass(frozen=True, slots=True)
class _BusinessCase:
    """The facts about one business on one day."""

    catalogue: Catalogue
    trade: Trade
    office: str
    kinds: tuple[KindOfPlace, ...]
    answers: Mapping[str, bool]
    area_m2: int | None
    day: date


def answered_by_kinds(trade: Trade, kinds: Collection[str]) -> Mapping[str, bool]:
    """The questions of the trade that the chosen kinds of place answer, with yes."""
    return {question.id: True for question in trade.questions if not set(question.yes_with).isdisjoint(kinds)}


def need_of_kind(kind: KindOfPlace, office: str, area_m2: int | None, day: date) -> Need:
    """What the rule of ``day`` requires of one kind of place of ``area_m2`` square metres (None: not yet known) where
    ``office`` takes applications."""
    rule = kind.regime_on(day)
    if rule is None:
        return Need(Regime.NONE, Text(f"{kind.name.zh}在这一天没有规定", f"{kind.name.en}: no rule for that day"))
    changed = rule is not kind.regimes[0]
    begun = day_in_words(rule.period.first)
    since_zh, since_en = (f"自{begun.zh}起", f" since {begun.en}") if changed else ("", "")
    least = kind.min_area_at(office)
    if rule.regime is Regime.LICENSED and least is not None:
        if area_m2 is None:
            zh = f"{kind.name.zh}面积达到{least}平方米才需要许可（{rule.basis.zh}）"
            en = f"{kind.name.en}: a permit from {least} m² on ({rule.basis.en})"
            return Need(Regime.LICENSED, Text(zh, en), ON_AREA)
        if area_m2 < least:
            zh = f"{kind.name.zh}面积{area_m2}平方米，不足{least}平方米，不需要许可"
            en = f"{kind.name.en} of {area_m2} m²: no permit below {least} m²"
            return Need(Regime.NONE, Text(zh, en))
    zh, en = {
        Regime.LICENSED: ("需要许可", "a permit is needed"),
        Regime.FILING: ("实行备案，不需要许可", "filing takes the place of the permit"),
        Regime.NONE: ("不需要许可", "no permit is needed"),
    }[rule.regime]
    return Need(
        rule.regime,
        Text(
            f"{kind.name.zh}{since_zh}{zh}（{rule.basis.zh}）",
            f"{kind.name.en}: {en}{since_en} ({rule.basis.en})",
        ),
    )


def requirements(
    catalogue: Catalogue, trade_id: str, office: str, facts: KnownFacts, day: date
) -> tuple[Requirement, ...]:
    """Every permit that concerns the trade on ``day``, the business licence first, each with its reason.

    A permit is ISSUED_HERE, or a filing FILED_HERE, only when it is needed and a delegation to ``office`` is in force on
    ``day``; it is SENT_ON to an authority that has an office of its own here. A filing is of the type under which it is
    recorded. Permits that are not needed are listed too; of several items for one permit the strictest counts. A chosen
    kind that answers a question does so whatever else was answered. A line that depends on an unknown fact names it in
    ``depends_on``. Raises InputError ``trade_unknown`` or ``kind_unknown``.
    """
    trade = catalogue.trades.get(trade_id)
    if trade is None:
        raise InputError("trade_unknown", field="trade", found=trade_id)
    chosen = []
    for kind_id in facts.kinds:
        if kind_id not in catalogue.kinds:
            raise InputError("kind_unknown", field="kinds", found=kind_id)
        chosen.append(catalogue.kinds[kind_id])
    case = _BusinessCase(
        catalogue=catalogue,
        trade=trade,
        office=office,
        kinds=tuple(chosen),
        answers={**facts.answers, **answered_by_kinds(trade, facts.kinds)},
        area_m2=facts.area_m2,
        day=day,
    )
    items: dict[str, list[TradeItem]] = {}
    for item in trade.items:
        if day in item.period:
            items.setdefault(item.permit_type, []).append(item)
    types = [*items, *(t.id for t in catalogue.permit_types.values() if t.by_kind_of_place and t.id not in items)]
    types.sort(key=lambda permit_type: not catalogue.permit_types[permit_type].licence)
    return tuple(_requirement(case, catalogue.permit_types[id_], items.get(id_, ())) for id_ in types)


def _requirement(case: _BusinessCase, permit_type: PermitType, items: Sequence[TradeItem]) -> Requirement:
    if permit_type.by_kind_of_place:
        item = next(iter(items), None)  # the catalogue has no two of them on one day
        need = _need_by_kind(case, item)
    else:
        need, item = _need_by_items(case, items)
    mode = _mode(case, permit_type, item, need)
    if need.regime is Regime.FILING and permit_type.filed_as:
        permit_type = case.catalogue.permit_types[permit_type.filed_as]
    authority = case.catalogue.authorities[permit_type.authority]
    delegation = case.catalogue.delegation(case.office, permit_type.id, case.day)
    action = _action(case, need, authority, delegation)
    return Requirement(
        permit_type=permit_type,
        authority=authority,
        action=action,
        mode=mode,
        reason=_sentence(need.reason, _where(action, authority.name, delegation)),
        delegation=delegation if action in _HERE else None,
        depends_on=need.depends_on,
    )


_HERE = frozenset({RequirementAction.ISSUED_HERE, RequirementAction.FILED_HERE})


def _action(case: _BusinessCase, need: Need, authority: Authority, delegation: Delegation | None) -> RequirementAction:
    if need.regime is Regime.NONE:
        return RequirementAction.NOT_NEEDED
    if need.regime is Regime.FILING:
        return RequirementAction.FILED_HERE if delegation else RequirementAction.FILE_ELSEWHERE
    if delegation is not None:
        return RequirementAction.ISSUED_HERE
    own = case.catalogue.own_office(authority.id, case.day)
    return RequirementAction.SENT_ON if own else RequirementAction.APPLY_ELSEWHERE


def _where(action: RequirementAction, authority: Text, delegation: Delegation | None) -> Text | None:
    """Who takes care of it, and by what right."""
    notice = delegation.notice_no if delegation else ""
    match action:
        case RequirementAction.ISSUED_HERE:
            return Text(
                f"依据{notice}，由本窗口以{authority.zh}名义办理",
                f"issued here in the name of {authority.en} under {notice}",
            )
        case RequirementAction.FILED_HERE:
            return Text(
                f"依据{notice}，由本窗口代{authority.zh}办理备案", f"filed here for {authority.en} under {notice}"
            )
        case RequirementAction.SENT_ON:
            return Text(
                f"由本窗口推送{authority.zh}办理，不必另跑一趟", f"sent on from here to {authority.en}, which decides"
            )
        case RequirementAction.APPLY_ELSEWHERE:
            return Text(
                f"本窗口未受委托，请向{authority.zh}申请", f"this office holds no delegation; apply to {authority.en}"
            )
        case RequirementAction.FILE_ELSEWHERE:
            return Text(f"向{authority.zh}备案", f"file with {authority.en}")
    return None


def _mode(case: _BusinessCase, permit_type: PermitType, item: TradeItem | None, need: Need) -> ItemMode:
    if need.regime is Regime.FILING:
        return ItemMode.FILING
    wanted = item.mode if item else ItemMode.APPROVAL
    # Where this office decides, a commitment needs a notice; elsewhere that is for the other office.
    decides_here = case.catalogue.delegation(case.office, permit_type.id, case.day) is not None
    if wanted is ItemMode.COMMITMENT and decides_here and case.catalogue.notice(permit_type.id, case.day) is None:
        return ItemMode.APPROVAL
    return wanted


_STRICTEST_FIRST = (Regime.LICENSED, Regime.FILING, Regime.NONE)


def _need_by_items(case: _BusinessCase, items: Sequence[TradeItem]) -> tuple[Need, TradeItem | None]:
    """The need for a permit that only the package mentions, and the item that decides: the strictest, a certain one before
    one that is still open."""
    needs = [_need_by_item(case, item) for item in items]
    if not needs:
        return _need_by_item(case, None), None
    if all(need.regime is Regime.NONE for need in needs):
        return Need(Regime.NONE, _join([need.reason for need in needs])), items[0]
    return min(
        zip(needs, items, strict=True),
        key=lambda each: (_STRICTEST_FIRST.index(each[0].regime), bool(each[0].depends_on)),
    )


def _need_by_item(case: _BusinessCase, item: TradeItem | None) -> Need:
    if item is None:
        return Need(Regime.NONE, Text("本行业不涉及", "not part of this trade"))
    met, because, unknown = _condition(case, item)
    if met is False:
        return Need(Regime.NONE, because)
    if item.kinds and not unknown:
        if not case.kinds:
            unknown = ON_KINDS
        elif not {kind.id for kind in case.kinds} & set(item.kinds):
            return Need(Regime.NONE, _not_for(case.kinds))
    regime = Regime.FILING if item.mode is ItemMode.FILING else Regime.LICENSED
    return Need(regime, _join([item.reason, because]), unknown)


def _not_for(kinds: Sequence[KindOfPlace]) -> Text:
    names = [kind.name for kind in kinds]
    return Text(f"{'、'.join(n.zh for n in names)}不涉及", f"not needed for: {', '.join(n.en for n in names)}")


def _need_by_kind(case: _BusinessCase, item: TradeItem | None) -> Need:
    """The need for a permit that depends on the kind of place; a chosen kind overrides the answer to a question."""
    if not case.trade.kinds:
        return _need_by_item(case, item)
    of_chosen = _strongest(case, case.kinds) if case.kinds else None
    if of_chosen is not None and of_chosen.regime is not Regime.NONE:
        return _with_reason(item, of_chosen)
    possible = _strongest(case, [case.catalogue.kinds[kind] for kind in case.trade.kinds])
    if item is None:
        return of_chosen or possible
    met, because, unknown = _condition(case, item)
    if met is False:
        asked = None if item.area_from_m2 is not None and of_chosen is not None else because
        return Need(Regime.NONE, _join([asked, of_chosen.reason if of_chosen else None]))
    if of_chosen is not None and not item.condition:
        return of_chosen
    if possible.regime is not Regime.NONE and item.condition and item.area_from_m2 is None:
        return _with_reason(item, Need(possible.regime, possible.reason, unknown or ON_KINDS))
    return _with_reason(item, possible)


def _with_reason(item: TradeItem | None, need: Need) -> Need:
    return Need(need.regime, _join([item.reason if item else None, need.reason]), need.depends_on)


def _strongest(case: _BusinessCase, kinds: Sequence[KindOfPlace]) -> Need:
    """The strictest need of several kinds: permit, then filing, then nothing. Open while it depends on the choice."""
    needs = [need_of_kind(kind, case.office, case.area_m2, case.day) for kind in kinds]
    regime = min((need.regime for need in needs), key=_STRICTEST_FIRST.index)
    deciding = [need for need in needs if need.regime is regime]
    reason = _join([need.reason for need in needs])
    if not case.kinds and len(deciding) < len(needs):
        return Need(regime, reason, ON_KINDS)
    depends_on = next((need.depends_on for need in deciding if need.depends_on), "")
    return Need(regime, reason, depends_on)


def _condition(case: _BusinessCase, item: TradeItem) -> tuple[bool | None, Text, str]:
    """Whether the item applies (None: open), the reason, and what it depends on while open."""
    least = item.area_from_m2
    if not item.condition:
        return True, Text("", ""), ""
    if least is not None:
        if case.area_m2 is None:
            return None, Text(f"面积达到{least}平方米才需要", f"from {least} m² on"), ON_AREA
        below = case.area_m2 < least
        zh = f"面积{case.area_m2}平方米，{'不足' if below else '达到'}{least}平方米"
        return not below, Text(zh, f"area {case.area_m2} m², {'below' if below else 'at least'} {least} m²"), ""
    question = next(q for q in case.trade.questions if q.id == item.condition)
    answer = case.answers.get(item.condition)
    if answer is None:
        return None, Text(f"取决于{question.text.zh.rstrip('？')}", f"if {question.yes.en}"), item.condition
    return answer, question.yes if answer else question.no, ""


def _join(parts: Sequence[Text | None]) -> Text:
    said = [part for part in parts if part is not None and part.zh]
    return Text("；".join(part.zh for part in said), "; ".join(part.en for part in said))


def _sentence(reason: Text, why: Text | None) -> Text:
    whole = _join([reason, why])
    return Text(f"{whole.zh}。", f"{whole.en[:1].upper()}{whole.en[1:]}.")
