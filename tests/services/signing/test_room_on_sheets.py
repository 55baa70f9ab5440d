"""Before numbers are given: every act that makes a version is refused where its card could not be printed whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lives import Hotel
from sources import files_with, nodes

from licence_qr.domain.lifecycle.acts import RULES, Act, Effect, SubjectKind
from licence_qr.domain.lifecycle.details import (
    ClosingPremises,
    Details,
    LicenceChange,
    NewPremises,
    PermitChange,
    Reprint,
    ReprintCause,
)
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode
from licence_qr.errors import InvalidApplication, PrintError
from licence_qr.printing import fonts
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import licence_facts
from licence_qr.store.register import codes, entities

UNPRINTABLE = "\U0003f000"  # where Unicode has ideographs, but none yet: no font has it
ROAD = "重庆市九龙坡区白市驿镇测试路99号"
L, P = SubjectKind.LICENCE, SubjectKind.PERMIT
# Every act of an office that makes a new version, with details that are right in themselves.
ACTS: dict[tuple[SubjectKind, Act], Details | None] = {
    (L, Act.CHANGE): LicenceChange(principal="新人"),
    (L, Act.ADD_PREMISES): NewPremises(ROAD),
    (L, Act.CLOSE_PREMISES): ClosingPremises(2),
    (L, Act.REPRINT): Reprint(ReprintCause.DAMAGED),
    (P, Act.GRANT): None,
    (P, Act.CHANGE): PermitChange(ROAD, renamed=True),
    (P, Act.RENEW): None,
}
NEW_VERSION = {(r.kind, r.act): r for r in RULES if r.effect is Effect.NEXT_VERSION and r.roles}


@pytest.fixture
def hotel(services, make_application, clerk, now) -> Hotel:
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now)


def spoiled(hotel: Hotel, text: str = f"重庆{UNPRINTABLE}宾馆") -> None:
    """Give the business a name that no card can show, as a program of before has let it be changed."""
    stored = hotel.licence()
    named = replace(stored, entity=replace(stored.entity, name=text))
    changed = NewEvent(
        kind=EventKind.LICENCE_CHANGED,
        subject="licence",
        at=hotel.now,
        by=hotel.clerk,
        uscc=hotel.uscc,
        before=licence_facts(stored),
        after=licence_facts(named),
    )
    with hotel.services.database.write() as tx:
        entities.put(tx, named)
        events.write(tx, changed)


def prepared(hotel: Hotel, kind: SubjectKind, act: Act, make_application: Callable[..., Any]) -> int | None:
    """Bring the business to where the act is open; the place of the permit it is done to."""
    if act is Act.CLOSE_PREMISES:
        hotel.do(Act.ADD_PREMISES, NewPremises(f"{ROAD}附2号"))
    if act is Act.RENEW:
        last = hotel.permit().period.last
        hotel.years_on(last - timedelta(days=40)).do(Act.APPLY_RENEWAL, permit=0)
    if act is Act.GRANT:
        asked = make_application(
            permit={"mode": GrantMode.GENERAL, "commitment": None, "kinds": ("barber",), "items": "理发"}
        )
        hotel.services.issuance.issue(asked, hotel.clerk, "general", hotel.now)
        hotel.visited(1)
        return 1
    return 0 if kind is P else None


def test_the_table_has_every_act_that_makes_a_version() -> None:
    assert set(ACTS) == set(NEW_VERSION)


@pytest.mark.parametrize(("kind", "act"), ACTS, ids=lambda each: each.value)
def test_an_act_is_refused_before_anything_is_written_unless_it_ends_something(
    hotel: Hotel, make_application: Any, all_rows: Any, kind: SubjectKind, act: Act
) -> None:
    place = prepared(hotel, kind, act, make_application)
    spoiled(hotel)
    before = all_rows(hotel.services.database)
    if NEW_VERSION[kind, act].final:
        assert hotel.do(act, ACTS[kind, act], permit=place).new_version
        return
    with pytest.raises(InvalidApplication) as refused:
        hotel.do(act, ACTS[kind, act], permit=place)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("character_not_in_font", "name")
    assert problem.facts["codepoint"] == "U+3F000"
    assert all_rows(hotel.services.database) == before
    spoiled(hotel, "重庆新名宾馆有限公司")
    assert hotel.do(act, ACTS[kind, act], permit=place).new_version, "nothing else was in the way"


@pytest.mark.parametrize(
    ("act", "details", "field"),
    [
        (Act.CHANGE, LicenceChange(name=f"{UNPRINTABLE}宾馆有限公司"), "name"),
        (Act.ADD_PREMISES, NewPremises(f"{ROAD}{UNPRINTABLE}"), "premises_address"),
    ],
)
def test_what_is_typed_into_the_form_of_an_act_is_refused_at_its_field(
    hotel: Hotel, all_rows: Any, act: Act, details: Details, field: str
) -> None:
    before = all_rows(hotel.services.database)
    with pytest.raises(InvalidApplication) as refused:
        hotel.do(act, details)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert all_rows(hotel.services.database) == before


def test_what_is_so_by_law_is_recorded_all_the_same(hotel: Hotel) -> None:
    last = hotel.permit().period.last
    hotel.years_on(last - timedelta(days=40)).do(Act.APPLY_RENEWAL, permit=0)
    spoiled(hotel)
    hotel.until(last).after(1)
    assert hotel.services.life_sweep.run(hotel.now).unswept == ()
    assert hotel.permit().period.last > last


def test_what_changes_no_print_is_not_asked(hotel: Hotel) -> None:
    spoiled(hotel)
    hotel.do(Act.REVIEW, permit=0)
    hotel.decide(Act.SUSPEND, permit=0)
    hotel.do(Act.CANCEL)


@pytest.mark.parametrize("mode", list(GrantMode))
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entity": {"name": f"重庆{UNPRINTABLE}宾馆"}}, "name"),
        ({"permit": {"items": f"住宿{UNPRINTABLE}"}}, "permitted_items"),
    ],
    ids=["name", "items"],
)
def test_an_application_is_refused_before_numbers_are_given_also_for_a_later_grant(
    services: Any, make_application: Any, clerk: Any, now: Any, all_rows: Any, mode: GrantMode, changes: Any, field: str
) -> None:
    general = {"mode": GrantMode.GENERAL, "commitment": None} if mode is GrantMode.GENERAL else {}
    asked = make_application(**{**changes, "permit": {**changes.get("permit", {}), **general}})
    before = all_rows(services.database)
    with pytest.raises(InvalidApplication) as refused:
        services.issuance.issue(asked, clerk, "key", now)
    assert [(p.code, p.field) for p in refused.value.problems] == [("character_not_in_font", field)]
    assert all_rows(services.database) == before


def test_a_principal_that_the_card_does_not_show_is_no_obstacle(
    services: Any, make_application: Any, clerk: Any, now: Any
) -> None:
    asked = make_application(entity={"principal": f"王{UNPRINTABLE}"})
    pair = services.issuance.issue(asked, clerk, "key", now)
    assert services.prints.card_pdf(clerk, pair.uscc, "A5", now).startswith(b"%PDF")


def test_the_principal_is_asked_for_where_the_name_is_given_up(
    services: Any, make_application: Any, clerk: Any, now: Any
) -> None:
    from licence_qr.domain.register.entity import EntityForm

    asked = make_application(entity={"form": EntityForm.INDIVIDUAL, "principal": f"王{UNPRINTABLE}"})
    hotel = Hotel(services, services.issuance.issue(asked, clerk, "key", now).uscc, clerk, now)
    with pytest.raises(InvalidApplication) as refused:
        hotel.do(Act.CHANGE, LicenceChange(name=""))
    assert [problem.field for problem in refused.value.problems] == ["principal"]


def test_a_machine_that_can_print_no_card_gives_no_numbers_except_for_specimens(
    make_services: Any, make_application: Any, clerk: Any, now: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    real = make_services(tmp_path / "real", demonstration=False)
    with pytest.raises(PrintError, match="font_missing"):
        real.issuance.issue(make_application(), clerk, "key", now)
    with real.database.read() as tx:
        assert codes.count(tx) == 0
    made_up = make_services(tmp_path / "made-up", demonstration=True)
    assert made_up.issuance.issue(make_application(), clerk, "key", now).code.version == 1
    real.database.close()
    made_up.database.close()


def test_only_the_calendar_and_the_import_make_a_version_without_asking() -> None:
    """The import asks before, for the business as the file has it (tests/services/importing)."""
    import ast

    found = set()
    for path in files_with("issue_code"):
        for node in nodes(path):
            called = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "issue_code"
            if called and any(k.arg == "room" and isinstance(k.value, ast.Constant) for k in node.keywords):
                found.add(path.name)
    assert found == {"sweep.py", "reconcile.py"}
