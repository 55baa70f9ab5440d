"""Checks across entries: references exist, names are unique, dated rules neither overlap nor leave a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.life_checks import check_life_rules
from licence_qr.catalogue.office_checks import check_offices
from licence_qr.catalogue.permit_type_checks import check_permit_types
from licence_qr.catalogue.schema import (
    EXAMPLES,
    AuthoritiesFile,
    DatedEntry,
    DelegationsFile,
    KindsFile,
    LifeRulesFile,
    NoticesFile,
    NumberTemplatesFile,
    OfficesFile,
    PermitTypesFile,
    ScopePhrasesFile,
    TradesFile,
    WorkingDaysFile,
)
from licence_qr.catalogue.source_file import SourceFile
from licence_qr.catalogue.working_days import check_working_days
from licence_qr.domain.catalogue.model import AREA_CONDITION, ItemMode, NumberTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All files of a catalogue, each valid by its schema."""

    authorities: SourceFile[AuthoritiesFile]
    offices: SourceFile[OfficesFile]
    delegations: SourceFile[DelegationsFile]
    permit_types: SourceFile[PermitTypesFile]
    number_templates: SourceFile[NumberTemplatesFile]
    kinds_of_place: SourceFile[KindsFile]
    trades: SourceFile[TradesFile]
    notices: SourceFile[NoticesFile]
    scope_phrases: SourceFile[ScopePhrasesFile]
    life_rules: SourceFile[LifeRulesFile]
    working_days: tuple[SourceFile[WorkingDaysFile], ...]


@dataclass(frozen=True, slots=True)
class LocatedEntry:
    """One entry and its position."""

    source: SourceFile[Any]
    place: tuple[str | int, ...]
    entry: Any

    def line(self, key: str) -> int:
        return self.source.line(*self.place, key)

    def values(self, key: str) -> list[Any]:
        """The value of ``key`` as a list, also if it is a single value."""
        value = getattr(self.entry, key)
        return value if isinstance(value, list) else [value]


# File and table, and the keys that must be unique in it.
_UNIQUE = (
    ("authorities", "authority", ("id",)),
    ("offices", "office", ("id",)),
    ("permit_types", "permit_type", ("id",)),
    ("permit_types", "permit_type", ("wire_id",)),
    ("number_templates", "number_template", ("wire_id",)),
    ("number_templates", "number_template", ("authority", "permit_type")),
    ("kinds_of_place", "group", ("number",)),
    ("kinds_of_place", "rule", ("id",)),
    ("kinds_of_place", "kind", ("id",)),
    ("trades", "trade", ("id",)),
    ("notices", "notice", ("id", "version")),
    ("scope_phrases", "phrase", ("text",)),
)
# File, table and key of a reference, and the file, table and key it refers to.
_REFERENCES = (
    ("permit_types", "permit_type", "authority", "authorities", "authority", "id"),
    ("delegations", "delegation", "authority", "authorities", "authority", "id"),
    ("delegations", "delegation", "office", "offices", "office", "id"),
    ("delegations", "delegation", "permit_type", "permit_types", "permit_type", "id"),
    ("number_templates", "number_template", "authority", "authorities", "authority", "id"),
    ("number_templates", "number_template", "permit_type", "permit_types", "permit_type", "id"),
    ("kinds_of_place", "kind", "group", "kinds_of_place", "group", "number"),
    ("kinds_of_place", "kind", "rules", "kinds_of_place", "rule", "id"),
    ("kinds_of_place", "kind.local_area", "offices", "offices", "office", "id"),
    ("trades", "trade", "kinds", "kinds_of_place", "kind", "id"),
    ("trades", "every_trade", "permit_type", "permit_types", "permit_type", "id"),
    ("trades", "trade.item", "permit_type", "permit_types", "permit_type", "id"),
    ("notices", "notice", "permit_type", "permit_types", "permit_type", "id"),
)


def check(sources: Sources, faults: Faults) -> None:
    """Add every contradiction between entries to ``faults``."""
    for file, table, keys in _UNIQUE:
        values = ((row, tuple(getattr(row.entry, key) for key in keys)) for row in rows(sources, file, table))
        _unique(values, keys[-1], faults)
    _unique(_names_of_kinds(sources), "aliases", faults)
    _check_references(sources, faults)
    _check_scope_phrases(sources, faults)
    _check_authorities(sources, faults)
    _check_conditions(sources, faults)
    _check_patterns(sources, faults)
    if _check_order_of_dates(sources, faults):
        _check_successions(sources, faults)
        permit_types = [row.entry.id for row in rows(sources, "permit_types", "permit_type")]
        check_life_rules(sources.life_rules, permit_types, faults)
    for source in sources.working_days:
        check_working_days(source, faults)
    check_permit_types(sources.permit_types, faults)
    check_offices(sources.offices, sources.authorities, sources.delegations, faults)
    _check_demanded(sources, faults)


def rows(sources: Sources, file: str, table: str) -> Iterator[LocatedEntry]:
    """The entries of a table such as ``kind``, or of a nested table such as ``trade.item``."""
    source: SourceFile[Any] = getattr(sources, file)
    found = [LocatedEntry(source, (), source.entries)]
    for part in table.split("."):
        found = [
            LocatedEntry(source, (*outer.place, part, index), entry)
            for outer in found
            for index, entry in enumerate(getattr(outer.entry, part))
        ]
    return iter(found)


def _unique(values: Iterable[tuple[LocatedEntry, tuple[Hashable, ...]]], key: str, faults: Faults) -> None:
    first_lines: dict[tuple[Hashable, ...], int] = {}
    for row, value in values:
        line = row.line(key)
        if value in first_lines:
            shown, first = " ".join(str(part) for part in value), first_lines[value]
            faults.add("catalogue_repeated", row.source.name, line, key=key, value=shown, first_line=first)
        first_lines.setdefault(value, line)


def _names_of_kinds(sources: Sources) -> Iterator[tuple[LocatedEntry, tuple[str]]]:
    """Every name that registers may use for a kind; each must belong to one kind only."""
    for row in rows(sources, "kinds_of_place", "kind"):
        for name in (row.entry.name.zh, *row.entry.aliases):
            yield row, (name,)


def _check_references(sources: Sources, faults: Faults) -> None:
    for file, table, key, target_file, target_table, target_key in _REFERENCES:
        known = [getattr(row.entry, target_key) for row in rows(sources, target_file, target_table)]
        for row in rows(sources, file, table):
            for value in row.values(key):
                if value not in known:
                    _unknown_reference(row, key, value, target_file, known, faults)


def _unknown_reference(
    row: LocatedEntry, key: str, value: object, target: str, known: list[Any], faults: Faults
) -> None:
    ids = ", ".join(str(one) for one in known)
    line = row.line(key)
    faults.add(
        "catalogue_reference_unknown", row.source.name, line, key=key, value=value, target=f"{target}.toml", known=ids
    )


def _check_scope_phrases(sources: Sources, faults: Faults) -> None:
    """A phrase names a trade that has items of its own: whoever writes it into a scope belongs there."""
    known = [row.entry.id for row in rows(sources, "trades", "trade") if row.entry.item]
    for row in rows(sources, "scope_phrases", "phrase"):
        if row.entry.trade is not None and row.entry.trade not in known:
            _unknown_reference(row, "trade", row.entry.trade, "trades", known, faults)


def _check_authorities(sources: Sources, faults: Faults) -> None:
    """Only the authority that issues a permit type can delegate it or number it."""
    issuers = {row.entry.id: row.entry.authority for row in rows(sources, "permit_types", "permit_type")}
    delegations = rows(sources, "delegations", "delegation")
    for row in (*delegations, *rows(sources, "number_templates", "number_template")):
        issuer = issuers.get(row.entry.permit_type, row.entry.authority)
        if row.entry.authority != issuer:
            facts = {"value": row.entry.authority, "expected": issuer, "permit_type": row.entry.permit_type}
            faults.add("catalogue_authority_differs", row.source.name, row.line("authority"), **facts)


def _check_conditions(sources: Sources, faults: Faults) -> None:
    """A condition must be a question of the same trade or an area, and kinds must be of the trade; items that every trade
    needs have neither."""
    for row in rows(sources, "trades", "every_trade"):
        for key in ("condition", "kinds"):
            for value in filter(None, row.values(key)):
                _unknown_reference(row, key, value, "trades", [], faults)
    for trade in rows(sources, "trades", "trade"):
        questions = [question.id for question in trade.entry.question]
        for index, question in enumerate(trade.entry.question):
            row = LocatedEntry(trade.source, (*trade.place, "question", index), question)
            _check_kinds_of_trade(trade, row, "yes_with", faults)
        _unique(
            ((LocatedEntry(trade.source, (*trade.place, "question", i), None), (q,)) for i, q in enumerate(questions)),
            "id",
            faults,
        )
        for index, item in enumerate(trade.entry.item):
            row = LocatedEntry(trade.source, (*trade.place, "item", index), item)
            _check_kinds_of_trade(trade, row, "kinds", faults)
            area = item.condition.removeprefix(AREA_CONDITION)
            is_area = area != item.condition and area.isascii() and area.isdigit()
            if item.condition and not is_area and item.condition not in questions:
                _unknown_reference(row, "condition", item.condition, "trades", [*questions, "area>=300"], faults)


def _check_kinds_of_trade(trade: LocatedEntry, row: LocatedEntry, key: str, faults: Faults) -> None:
    for kind in row.values(key):
        if kind not in trade.entry.kinds:
            _unknown_reference(row, key, kind, "trades", trade.entry.kinds, faults)


def _check_patterns(sources: Sources, faults: Faults) -> None:
    """A written number must be parsed back to the same year and serial."""
    for row in rows(sources, "number_templates", "number_template"):
        pattern = row.entry.pattern
        try:
            template = NumberTemplate(row.entry.wire_id, row.entry.permit_type, row.entry.authority, pattern)
            right = template.parse(template.render(2026, 12345)) == (2026, 12345)
        except (LookupError, ValueError):
            right = False
        if not right:
            facts = {"key": "pattern", "found": pattern, "example": EXAMPLES["pattern"]}
            faults.add("catalogue_value_wrong", row.source.name, row.line("pattern"), **facts)


def _dated_rows(sources: Sources) -> Iterator[LocatedEntry]:
    yield from rows(sources, "kinds_of_place", "rule")
    yield from rows(sources, "delegations", "delegation")
    yield from rows(sources, "trades", "every_trade")
    yield from rows(sources, "trades", "trade.item")
    yield from rows(sources, "notices", "notice")
    yield from rows(sources, "life_rules", "life_rule")


def _check_order_of_dates(sources: Sources, faults: Faults) -> bool:
    right = True
    for row in _dated_rows(sources):
        first, last = row.entry.valid_from, row.entry.valid_to
        if last is not None and last < first:
            right = False
            facts = {"valid_from": first.isoformat(), "valid_to": last.isoformat()}
            faults.add("catalogue_dates_out_of_order", row.source.name, row.line("valid_to"), **facts)
    return right


def _check_successions(sources: Sources, faults: Faults) -> None:
    """Dated rules must not overlap; those of a kind of place or a figure must also have no gap and no end."""
    rules = {row.entry.id: row for row in rows(sources, "kinds_of_place", "rule")}
    for kind in rows(sources, "kinds_of_place", "kind"):
        named = [(kind, rules[rule].entry) for rule in kind.entry.rules if rule in rules]
        _check_succession(named, "rules", faults, without_gap=True)
    figures: dict[tuple[str, str | None], list[tuple[LocatedEntry, DatedEntry]]] = defaultdict(list)
    for row in rows(sources, "life_rules", "life_rule"):
        figures[row.entry.id, row.entry.permit_type].append((row, row.entry))
    for (_, permit_type), figure in figures.items():
        # On a day without a figure of the type, the general one applies.
        _check_succession(figure, "valid_from", faults, without_gap=permit_type is None)
    groups: dict[tuple[str, ...], list[tuple[LocatedEntry, DatedEntry]]] = defaultdict(list)
    for row in rows(sources, "delegations", "delegation"):
        groups["delegation", row.entry.office, row.entry.permit_type].append((row, row.entry))
    for row in rows(sources, "notices", "notice"):
        groups["notice", row.entry.permit_type].append((row, row.entry))
    for key, item in _items_by_rule(sources):
        groups[key].append((item, item.entry))
    for row in rows(sources, "trades", "every_trade"):
        groups["every_trade", row.entry.permit_type].append((row, row.entry))
    for group in groups.values():
        _check_succession(group, "valid_from", faults, without_gap=False)
    for trade in rows(sources, "trades", "trade"):
        _check_modes(trade, faults)


def _check_modes(trade: LocatedEntry, faults: Faults) -> None:
    """On one day a permit is granted in one way: on a commitment or without one."""
    numbered = sorted(enumerate(trade.entry.item), key=lambda each: each[1].valid_from)
    permits = [each for each in numbered if each[1].mode is not ItemMode.FILING]
    for (_, one), (index, other) in combinations(permits, 2):
        differ = one.permit_type == other.permit_type and one.mode is not other.mode
        if differ and (one.valid_to is None or other.valid_from <= one.valid_to):
            row = LocatedEntry(trade.source, (*trade.place, "item", index), other)
            facts = {"key": "mode", "found": other.mode.value, "example": f'"{one.mode.value}"'}
            faults.add("catalogue_value_wrong", row.source.name, row.line("mode"), **facts)


def _items_by_rule(sources: Sources) -> Iterator[tuple[tuple[str, ...], LocatedEntry]]:
    """The items of trades, by what must not overlap: those for one permit under the same condition, and of the same kinds.
    A permit that depends on the kind of place has one item at a time, since the rule of the kind decides."""
    by_kind = {entry.id for entry in sources.permit_types.entries.permit_type if entry.by_kind_of_place}
    for row in rows(sources, "trades", "trade.item"):
        item, trade = row.entry, str(row.place[1])
        if item.permit_type in by_kind:
            yield ("item", trade, item.permit_type), row
        else:
            yield ("item", trade, item.permit_type, item.condition, *item.kinds), row


def _check_succession(
    entries: list[tuple[LocatedEntry, DatedEntry]], key: str, faults: Faults, *, without_gap: bool
) -> None:
    ordered = sorted(entries, key=lambda pair: pair[1].valid_from)
    for (_, earlier), (row, later) in zip(ordered, ordered[1:], strict=False):
        facts = {
            "earlier_to": earlier.valid_to.isoformat() if earlier.valid_to else "长期 / no end date",
            "later_from": later.valid_from.isoformat(),
        }
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            faults.add("catalogue_periods_overlap", row.source.name, row.line(key), **facts)
        elif without_gap and later.valid_from - earlier.valid_to > timedelta(days=1):
            faults.add("catalogue_periods_gap", row.source.name, row.line(key), **facts)
    if without_gap and ordered and (end := ordered[-1][1].valid_to) is not None:
        row = ordered[-1][0]
        facts = {"earlier_to": end.isoformat(), "later_from": "…"}
        faults.add("catalogue_periods_gap", row.source.name, row.line(key), **facts)


def _check_demanded(sources: Sources, faults: Faults) -> None:
    """Entries that others need: numbers and notices for permits that the offices issue."""
    permits = {entry.id for entry in sources.permit_types.entries.permit_type if not entry.licence}
    issued = {entry.permit_type for entry in sources.delegations.entries.delegation} & permits
    numbered = {entry.permit_type for entry in sources.number_templates.entries.number_template}
    for permit_type in sorted(issued - numbered):
        entry = f'[[number_template]] permit_type = "{permit_type}"'
        faults.add("catalogue_entry_missing", sources.number_templates.name, 1, entry=entry)
    promised = {
        row.entry.permit_type for row in rows(sources, "trades", "trade.item") if row.entry.mode is ItemMode.COMMITMENT
    }
    noticed = {entry.permit_type for entry in sources.notices.entries.notice}
    for permit_type in sorted((issued & promised) - noticed):
        faults.add(
            "catalogue_entry_missing", sources.notices.name, 1, entry=f'[[notice]] permit_type = "{permit_type}"'
        )
