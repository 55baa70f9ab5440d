"""Read the files of the catalogue into ``domain.catalogue.model.Catalogue``, or report all their faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from licence_qr.catalogue import schema
from licence_qr.catalogue.checklists import check_checklists, inspection_rules, read_checklists
from licence_qr.catalogue.cross_checks import Sources, check
from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.source_file import read_source
from licence_qr.catalogue.working_days import working_calendar
from licence_qr.domain.catalogue.grading import Grade, GradingScale
from licence_qr.domain.catalogue.life_rules import DatedLifeRule
from licence_qr.domain.catalogue.model import (
    Authority,
    Catalogue,
    DatedRegime,
    Delegation,
    KindOfPlace,
    Notice,
    NumberTemplate,
    Office,
    PermitType,
    Question,
    ScopePhrase,
    Text,
    Trade,
    TradeItem,
    TypeAct,
)
from licence_qr.domain.dates import Period


def load_catalogue(folder: Path | None = None, working_days: Path | None = None) -> Catalogue:
    """The catalogue in ``folder``, or that of the package.

    ``working_days`` is another file like ``working_days.toml``, for years announced after a release.

    Raises InvalidCatalogue (a CatalogueError) with every fault, each with file, line and what to write: violations of
    the schema first and, once there are none, contradictions between entries. Whether the entries are true is not
    checked.
    """
    faults = Faults()
    folder = folder or Path(__file__).parent
    sources, checklists = _read(folder, working_days, faults), read_checklists(folder, faults)
    if sources is None or checklists is None:
        raise faults.error()
    check(sources, faults)
    kinds = {entry.id for entry in sources.kinds_of_place.entries.kind}
    check_checklists(checklists, kinds, {entry.id: entry for entry in sources.permit_types.entries.permit_type}, faults)
    if faults.found:
        raise faults.error()
    return replace(_build(sources), inspection_rules=inspection_rules(checklists))


def _read(folder: Path, working_days: Path | None, faults: Faults) -> Sources | None:
    authorities = read_source(folder / "authorities.toml", schema.AuthoritiesFile, faults)
    offices = read_source(folder / "offices.toml", schema.OfficesFile, faults)
    delegations = read_source(folder / "delegations.toml", schema.DelegationsFile, faults)
    permit_types = read_source(folder / "permit_types.toml", schema.PermitTypesFile, faults)
    templates = read_source(folder / "number_templates.toml", schema.NumberTemplatesFile, faults)
    kinds = read_source(folder / "kinds_of_place.toml", schema.KindsFile, faults)
    trades = read_source(folder / "trades.toml", schema.TradesFile, faults)
    notices = read_source(folder / "notices.toml", schema.NoticesFile, faults)
    phrases = read_source(folder / "scope_phrases.toml", schema.ScopePhrasesFile, faults)
    life = read_source(folder / "life_rules.toml", schema.LifeRulesFile, faults)
    files = [folder / "working_days.toml", *([working_days] if working_days else [])]
    days = [found for file in files if (found := read_source(file, schema.WorkingDaysFile, faults))]
    if not (authorities and offices and delegations and permit_types and templates and kinds and trades and notices):
        return None
    if life is None or phrases is None or len(days) < len(files):
        return None
    return Sources(
        authorities=authorities,
        offices=offices,
        delegations=delegations,
        permit_types=permit_types,
        number_templates=templates,
        kinds_of_place=kinds,
        trades=trades,
        notices=notices,
        scope_phrases=phrases,
        life_rules=life,
        working_days=tuple(days),
    )


def _build(sources: Sources) -> Catalogue:
    kinds = sources.kinds_of_place.entries
    base = [_item(item) for item in sources.trades.entries.every_trade]
    rules = {rule.id: DatedRegime(rule.regime, _period(rule), _text(rule.basis)) for rule in kinds.rule}
    return Catalogue(
        authorities={
            e.id: Authority(e.id, _text(e.name), e.jurisdiction) for e in sources.authorities.entries.authority
        },
        offices={e.id: _office(e) for e in sources.offices.entries.office},
        delegations=tuple(
            Delegation(e.authority, e.office, e.permit_type, _period(e), e.notice_no)
            for e in sources.delegations.entries.delegation
        ),
        permit_types=_permit_types(sources.permit_types.entries.permit_type),
        number_templates=tuple(
            NumberTemplate(e.wire_id, e.permit_type, e.authority, e.pattern)
            for e in sources.number_templates.entries.number_template
        ),
        kinds={e.id: _kind(e, rules) for e in kinds.kind},
        trades={e.id: _trade(e, base) for e in sources.trades.entries.trade},
        notices=tuple(
            Notice(e.id, e.version, e.permit_type, _period(e), e.text, _text(e.summary))
            for e in sources.notices.entries.notice
        ),
        scope_phrases=tuple(ScopePhrase(e.text, e.trade or "") for e in sources.scope_phrases.entries.phrase),
        kind_groups={e.number: _text(e.name) for e in kinds.group},
        life_rules=tuple(
            DatedLifeRule(e.id, e.value, _period(e), _text(e.basis), e.permit_type or "")
            for e in sources.life_rules.entries.life_rule
        ),
        working_calendar=working_calendar(source.entries for source in sources.working_days),
    )


def _text(entry: schema.TextEntry) -> Text:
    return Text(entry.zh, entry.en)


def _period(entry: schema.DatedEntry) -> Period:
    return Period(entry.valid_from, entry.valid_to)


def _office(entry: schema.OfficeEntry) -> Office:
    return Office(
        id=entry.id,
        name=_text(entry.name),
        region=entry.region or "",
        region_name=_text(entry.region_name) if entry.region_name else Text("", ""),
        address=entry.address,
        mailbox=entry.mailbox,
        authority=entry.authority or "",
        decides_from=entry.decides_from,
    )


def _permit_types(entries: Sequence[schema.PermitTypeEntry]) -> dict[str, PermitType]:
    filings = frozenset(each.filed_as for each in entries if each.filed_as)
    return {each.id: _permit_type(each, each.id in filings) for each in entries}


def _permit_type(entry: schema.PermitTypeEntry, filing: bool) -> PermitType:
    return PermitType(
        id=entry.id,
        wire_id=entry.wire_id,
        name=_text(entry.name),
        authority=entry.authority,
        months=entry.months,
        what_it_allows=_text(entry.what_it_allows),
        by_kind_of_place=entry.by_kind_of_place,
        licence=entry.licence,
        ledger=entry.ledger,
        acts=tuple(TypeAct(each.act, _text(each.basis), _scale(each.scale)) for each in entry.act),
        change_basis=None if entry.change_basis is None else _text(entry.change_basis),
        rectify_basis=None if entry.rectify_basis is None else _text(entry.rectify_basis),
        filed_as=entry.filed_as or "",
        filing=filing,
    )


def _scale(entry: schema.ScaleEntry | None) -> GradingScale | None:
    if entry is None:
        return None
    grades = (Grade(each.id, _text(each.name), _text(each.short)) for each in entry.grade)
    return GradingScale(_text(entry.name), tuple(grades))


def _kind(entry: schema.KindEntry, rules: dict[str, DatedRegime]) -> KindOfPlace:
    return KindOfPlace(
        id=entry.id,
        name=_text(entry.name),
        group=entry.group,
        regimes=tuple(rules[rule] for rule in entry.rules),
        aliases=tuple(entry.aliases),
        min_area_m2=entry.min_area_m2,
        local_areas={office: local.min_area_m2 for local in entry.local_area for office in local.offices},
        note=None if entry.note is None else _text(entry.note),
    )


def _item(entry: schema.ItemEntry) -> TradeItem:
    return TradeItem(
        permit_type=entry.permit_type,
        mode=entry.mode,
        period=_period(entry),
        reason=_text(entry.reason),
        condition=entry.condition,
        kinds=tuple(entry.kinds),
    )


def _trade(entry: schema.TradeEntry, base: list[TradeItem]) -> Trade:
    return Trade(
        id=entry.id,
        name=_text(entry.name),
        kinds=tuple(entry.kinds),
        items=(*base, *map(_item, entry.item)),
        scope_phrases=tuple(entry.scope_phrases),
        questions=tuple(
            Question(each.id, _text(each.text), _text(each.yes), _text(each.no), tuple(each.yes_with))
            for each in entry.question
        ),
    )
