"""The part of the offline inspection pack for recording inspections: checklists, colleagues, open tasks.

For its format see docs/contributing/inspection-records.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from licence_qr.domain.catalogue.checklists import Checklist, ChecklistItem, critical_cap
from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.accounts import absences, accounts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.inspecting import draws, follow_ups, rectifications
from licence_qr.store.register import codes
from licence_qr.wording.text import Text

FORMAT = 1


def kit(tx: Transaction, catalogue: Catalogue, actor: Actor, today: date) -> dict[str, Any]:
    """The part ``inspection`` of the pack of ``actor`` for ``today``. Officers' names are only for colleagues."""
    rules, office = catalogue.life_rules_on(today), actor.office
    hidden = codes.all_being_signed(tx)
    inspectors = accounts.active_of_office(tx, office, Role.INSPECTOR)
    colleagues = [each for each in inspectors if not each.is_same_person(actor)]
    return {
        "format": FORMAT,
        "office": office,
        "officer": actor.username,
        "officers": [[each.username, each.display_name] for each in colleagues],
        "absent": list(_absent(tx, colleagues, today)),
        "grades": {
            known.id: _grades(known.scale, rules)
            for known in catalogue.permit_types.values()
            if known.scale is not None
        },
        "critical_cap": critical_cap(rules),
        "second_officer_hours": rules.second_officer_hours,
        "checklists": [_checklist(each) for each in catalogue.inspection_rules.checklists_on(today)],
        "rectifications": [
            [
                o.order.order_id,
                o.order.uscc,
                o.order.premises_no,
                o.permit_no,
                o.order.due_on.isoformat(),
                [*o.order.items],
            ]
            for o in rectifications.open_ones(tx, office)
            if o.order.uscc not in hidden
        ],
        "drawn": [
            [each.drawn.drawn_id, each.uscc, each.premises_no, each.permit_no, each.drawn.due_on.isoformat()]
            for each in draws.open_ones(tx, office)
            if each.uscc not in hidden
        ],
        "follow_ups": [
            [each.uscc, each.premises_no, each.permit_no, each.due_on.isoformat(), each.ordered]
            for each in follow_ups.open_ones(tx, office)
            if each.uscc not in hidden
        ],
    }


def _absent(tx: Transaction, officers: Iterable[Actor], today: date) -> Iterator[list[str]]:
    """Of these officers, who is absent on the day of the pack: user name, last day, name of the substitute or nothing."""
    for each in officers:
        away = absences.cover_of(tx, each.person_id, today).away
        if away is not None:
            yield [each.username, away.until.isoformat(), away.substitute]


def _grades(scale: GradingScale, rules: LifeRules) -> list[list[object]]:
    """Each grade of a scale from the best, with its lowest score and what it is called in a sentence."""
    steps = zip(scale.grades, rules.grade_scores, strict=True)
    return [[grade.id, lowest, *_both(grade.short)] for grade, lowest in steps]


def _checklist(checklist: Checklist) -> dict[str, Any]:
    return {
        "id": checklist.id,
        "version": checklist.version,
        "name": _both(checklist.name),
        "permit_types": list(checklist.permit_types),
        "kinds": list(checklist.kinds),
        "items": [_item(item) for item in checklist.items],
    }


def _item(item: ChecklistItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "section": _both(item.section),
        "text": _both(item.text),
        "law": _both(item.law),
        "weight": item.weight,
        "critical": item.critical,
        "always": item.always,
        "photo": item.photo,
    }


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]
