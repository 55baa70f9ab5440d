"""A draw is announced, then seeded, then settled, in the open; and what is drawn becomes work."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from inspected_register import PASSWORD, Scene, hotel, hotel_made_once
from inspection_texts import VISIT

from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.draws import DrawState
from licence_qr.domain.inspecting.inspection import InspectionState, VisitOutcome
from licence_qr.domain.roles import AT_THE_MACHINE, Away, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, NotFoundError, RuleError
from licence_qr.services.inspecting.draws import DrawRequest, PublishedDraw
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.accounts import absences
from licence_qr.store.inspecting import draws
from licence_qr.store.register import history
from licence_qr.web.public.draws import draw_facts

__all__ = ["hotel", "hotel_made_once"]

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "verifying" / "random-draws.md"
WANTED = DrawRequest("2026年第四季度抽查", 1, date(2026, 12, 31))
DRAWN_ONES = WorkFilter(kind=TaskKind.DRAWN_INSPECTION)
# The day by which WANTED is to be inspected is over, and everything is published.
OVER = datetime(2026, 12, 31, 16, tzinfo=UTC)
PUBLIC_SEED = replace(WANTED, seed_source="2026-11-24 福彩 2026311 期")


@pytest.fixture
def three(hotel: Scene, make_application: Any) -> Scene:
    """Three hotels."""
    for serial in (2, 3):
        hotel.services.issuance.issue(make_application(serial), hotel.actors["desk"], f"key-{serial}", hotel.at)
    return hotel


def announced(scene: Scene, wanted: DrawRequest = WANTED) -> int:
    """Announce a draw."""
    return scene.services.draws.announce(scene.actors["desk"], wanted, scene.at)


def settled(scene: Scene, wanted: DrawRequest = WANTED, seed: str = "") -> PublishedDraw:
    """Announce a draw and settle it."""
    number = announced(scene, wanted)
    scene.services.draws.settle(scene.actors["desk"], number, seed, scene.at + timedelta(hours=1))
    return scene.services.draws.published_one(number, OVER)


def test_before_the_visits_the_public_sees_hashes_and_counts_alone(three):
    number = announced(three)
    for settle in (False, True):
        if settle:
            three.services.draws.settle(three.actors["desk"], number, "", three.at)
        draw = three.services.draws.published_one(number, three.at)
        assert (draw.opened, draw.list, draw.seed, draw.drawn) == (False, "", "", ())
        assert (draw.candidates, draw.officers, draw.places) == (3, 2, 1)
        assert re.fullmatch(r"[0-9a-f]{64}", draw.commitment)
        facts = json.dumps(draw_facts(draw, three.services.catalogue), ensure_ascii=False)
        assert not re.search(r"测试\d号|渝高新卫公证字", facts), "no place is named"
    assert [(each.list, each.seed) for each in three.services.draws.published()] == [("", "")]
    own = three.services.draws.own(three.actors["desk"], number)
    assert own.seed and own.drawn, "the office knows whom it visits"


def test_when_the_day_by_which_to_visit_is_over_everything_is_published(three):
    number = announced(three)
    assert three.services.draws.published_one(number, OVER).opened is False, "not drawn yet"
    three.services.draws.settle(three.actors["desk"], number, "", three.at)
    assert three.services.draws.published_one(number, OVER - timedelta(seconds=1)).opened is False
    draw = three.services.draws.published_one(number, OVER)
    assert draw.opened and draw.list_sha256 == hashlib.sha256(draw.list.encode()).hexdigest()
    assert len(draw.drawn) == 1 and draw.drawn[0].inspected_on is None


def test_of_two_drawn_places_the_inspected_one_is_published_and_the_other_waits(hotel, make_application):
    hotel.services.issuance.issue(make_application(2), hotel.actors["desk"], "key-2", hotel.at)
    draw = settled(hotel, replace(WANTED, places=2))
    with hotel.services.database.read() as tx:
        of_hotel = next(each for each in draws.open_ones(tx, "baishiyi") if each.uscc == hotel.uscc)
    hotel.send(hotel.visit(purpose="drawn", drawn=of_hotel.drawn.drawn_id))
    seen = hotel.services.draws.published_one(draw.number, hotel.at)
    assert not seen.opened and (seen.list, seen.seed) == ("", "")
    assert [place.candidate.uscc for place in seen.drawn] == [hotel.uscc]


def test_the_secret_is_kept_until_it_is_the_seed_and_fits_its_commitment(three):
    number = announced(three)
    with three.services.database.read() as tx:
        stored = draws.get(tx, number)
    assert stored is not None and len(stored.secret) == 64
    assert stored.secret not in repr(three.services.draws.published_one(number, OVER))
    three.services.draws.settle(three.actors["desk"], number, "", three.at)
    draw = three.services.draws.published_one(number, OVER)
    assert draw.seed == stored.secret
    assert hashlib.sha256(draw.seed.encode()).hexdigest() == draw.commitment


@pytest.mark.parametrize("wanted", [replace(WANTED, places=3), replace(PUBLIC_SEED, places=2)])
def test_anybody_can_check_a_draw_with_the_program_of_the_document(three, tmp_path, wanted):
    draw = settled(three, wanted, "05 12 33")
    (program,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert (ROOT / "static" / "draws" / "check.py.txt").read_text(encoding="utf-8") == program  # what /draws hands out
    file = tmp_path / "draw.json"

    def verdict(facts: dict[str, Any]) -> int:
        file.write_text(json.dumps(facts), encoding="utf-8")
        return subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, check=False).returncode

    facts = draw_facts(draw, three.services.catalogue)
    assert len(program.splitlines()) <= 22
    assert verdict(facts) == 0
    assert verdict({**facts, "seed": "another"}) != 0
    assert verdict({**facts, "drawn": facts["drawn"][::-1]}) != 0
    assert verdict({**facts, "list": facts["list"].replace("测试2号", "测试9号")}) != 0


def test_no_name_of_an_officer_is_published(three):
    facts = json.dumps(draw_facts(settled(three), three.services.catalogue), ensure_ascii=False)
    assert "inspector" not in facts and "示例）" not in facts
    (pair,) = [place["officers"] for place in json.loads(facts)["drawn"]]
    assert set(pair) == {three.actors["inspector"].user_id, three.actors["inspector-2"].user_id}


def test_what_is_drawn_is_work_until_it_is_inspected_and_then_published(hotel):
    draw = settled(hotel)
    with hotel.services.database.read() as tx:
        (waiting,) = draws.open_ones(tx, "baishiyi")
    (line,) = hotel.services.work_list.everything(hotel.actors["inspector"], DRAWN_ONES, hotel.at)
    assert (line.task.subject, line.task.due_on, line.task.uscc) == (
        f"drawn/{waiting.drawn.drawn_id}",
        date(2026, 12, 31),
        hotel.uscc,
    )
    receipt = hotel.send(hotel.visit(purpose="drawn", drawn=waiting.drawn.drawn_id))
    assert receipt.stored.flags == ()
    with hotel.services.database.read() as tx:
        assert draws.open_ones(tx, "baishiyi") == ()
    assert hotel.services.work_list.everything(hotel.actors["inspector"], DRAWN_ONES, hotel.at) == ()
    seen = hotel.services.draws.published_one(draw.number, hotel.at)
    (place,) = seen.drawn
    assert seen.opened and seen.seed and seen.list, "all that was drawn is inspected"
    assert (place.inspected_on, place.outcome) == (date(2026, 11, 23), VisitOutcome.PASSED)
    assert hotel.permit.permit.grade == "A"


def test_in_the_place_of_an_absent_officer_the_substitute_goes_and_both_names_stay(hotel):
    services, day = hotel.services, local_date(hotel.at)
    services.accounts.create("inspector-3", "第三人（示例）", "baishiyi", {Role.INSPECTOR}, PASSWORD, hotel.at)
    absent, third = services.accounts.user("inspector-2"), services.accounts.user("inspector-3")
    draw = settled(hotel, replace(WANTED, away=(third.user_id,)))
    services.absences.book.enter(absent.person_id, AbsenceDetails(day, day, third.person_id), AT_THE_MACHINE, hotel.at)
    away = services.draws.absent(hotel.actors["desk"], hotel.at)
    assert away == {absent.user_id: Away(day, "第三人（示例）")}
    with services.database.read() as tx:
        (waiting,) = draws.open_ones(tx, "baishiyi")
        third = third.on_duty(absences.cover_of(tx, third.person_id, day))
    (line,) = services.work_list.show(third, DRAWN_ONES, hotel.at).lines
    assert line.for_absent == "inspector-2（示例）"
    hotel.actors["inspector-3"] = third
    drawn = {"purpose": "drawn", "drawn": waiting.drawn.drawn_id}
    receipt = hotel.send(hotel.visit(**drawn, officer="inspector-3", second_officer="inspector"), by="inspector-3")
    assert receipt.stored.state is InspectionState.COUNTED
    with services.database.read() as tx:
        rows = [row for row in history.of_business(tx, hotel.uscc) if row["event"] in {"inspected", "permit_graded"}]
    assert {(row["actor"], row["on_behalf_of"]) for row in rows} == {
        ("inspector-3", "inspector-2"),
        ("inspector", ""),
    }
    view = services.inspections_desk.get(hotel.actors["desk"], receipt.stored.key, hotel.at)
    assert [(officer.zh, absent and absent.zh) for officer, absent in view.officers] == [
        ("第三人（示例）", "inspector-2（示例）"),
        ("inspector（示例）", None),
    ]
    assert services.draws.published_one(draw.number, OVER).drawn[0].outcome is not None


def test_a_visit_to_a_place_that_was_not_drawn_counts_and_says_so(hotel):
    receipt = hotel.send(hotel.visit(purpose="drawn", drawn=99), visit=VISIT)
    assert [flag.value for flag in receipt.stored.flags] == ["drawn_unknown"]


def test_the_grade_decides_the_weight(hotel):
    def listed() -> object:
        draw = hotel.services.draws.own(hotel.actors["desk"], announced(hotel))
        return json.loads(draw.list)["candidates"][0][4:6]

    assert listed() == ["", 4]
    hotel.send(hotel.visit())
    assert listed() == ["A", 1]


def test_only_permits_in_force_of_the_kinds_asked_for_are_on_the_list(three):
    with pytest.raises(RuleError) as refused:
        announced(three, replace(WANTED, kinds=("public_bath",)))
    assert refused.value.code == "draw_places"
    three.at += timedelta(days=365 * 5)
    with pytest.raises(RuleError):
        announced(three, replace(WANTED, due_on=date(2031, 12, 1)))


def test_who_is_away_or_keeps_away_is_not_sent_and_nobody_goes_alone(three):
    number = three.actors["inspector"].user_id
    for wanted in (replace(WANTED, away=(number,)), replace(WANTED, recused=((number, three.uscc),))):
        with pytest.raises(RuleError) as refused:
            announced(three, wanted)
        assert refused.value.code == "draw_officers_few"


def test_nobody_is_kept_away_by_a_slip_of_the_pen(three):
    number = three.actors["inspector"].user_id
    away_from_nothing = (number, "91500106M000002A5L")
    nobody = (three.actors["desk"].user_id, three.uscc)
    for pair in (away_from_nothing, nobody):
        with pytest.raises(InputError, match="draw_recused_unknown") as refused:
            announced(three, replace(WANTED, recused=(pair,)))
        assert refused.value.field == "recused"


def test_a_draw_is_settled_once(three):
    number = announced(three)
    three.services.draws.settle(three.actors["desk"], number, "", three.at)
    for again in (
        lambda: three.services.draws.settle(three.actors["desk"], number, "", three.at),
        lambda: three.services.draws.call_off(three.actors["desk"], number, "不喜欢", three.at),
    ):
        with pytest.raises(ConflictError):
            again()
    assert len(three.services.draws.published_one(number, OVER).drawn) == 1


def test_a_draw_that_was_called_off_stays_on_the_list_with_its_reason(three):
    number = announced(three)
    with pytest.raises(InputError):
        three.services.draws.call_off(three.actors["desk"], number, " ", three.at)
    three.services.draws.call_off(three.actors["desk"], number, "抽查计划调整", three.at)
    (listed,) = three.services.draws.published()
    assert (listed.state, listed.reason, listed.seed) == (DrawState.CALLED_OFF, "抽查计划调整", "")


def test_a_public_event_s_seed_has_to_be_typed(three):
    number = announced(three, PUBLIC_SEED)
    assert three.services.draws.published_one(number, OVER).commitment == ""
    with pytest.raises(InputError):
        three.services.draws.settle(three.actors["desk"], number, "", three.at)
    assert three.services.draws.published_one(number, OVER).state is DrawState.ANNOUNCED


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (replace(WANTED, title=" "), ["title"]),
        (replace(WANTED, title="x" * 81), ["title"]),
        (replace(WANTED, due_on=None), ["due_on"]),
        (replace(WANTED, due_on=date(2026, 11, 23)), ["due_on"]),
        (replace(WANTED, due_on=date(2028, 1, 1), kinds=("palace",)), ["due_on", "kinds"]),
    ],
)
def test_what_is_wrong_is_named_field_by_field(three, wanted, fields):
    with pytest.raises(InvalidApplication) as refused:
        announced(three, wanted)
    assert [problem.field for problem in refused.value.problems] == fields


@pytest.mark.parametrize("name", ["inspector", "stranger"])
def test_who_can_be_drawn_does_not_draw(three, name):
    with pytest.raises(AccessError):
        three.services.draws.announce(three.actors[name], WANTED, three.at)


def test_another_office_s_draw_is_settled_there_only(three):
    number = announced(three)
    elsewhere = replace(three.actors["desk"], office="jinfeng")
    for act in (
        lambda: three.services.draws.settle(elsewhere, number, "", three.at),
        lambda: three.services.draws.own(elsewhere, number),
    ):
        with pytest.raises(AccessError) as refused:
            act()
        assert refused.value.code == "other_office"
    with pytest.raises(NotFoundError):
        three.services.draws.published_one(number + 1, OVER)


@pytest.mark.parametrize("trick", ["\0", "\u202e", "\u2066", "\ufeff", "\x1b", "\ud800"])
def test_nothing_that_hides_or_turns_a_text_is_published(three, trick):
    wanted = replace(PUBLIC_SEED, title=f"第四季{trick}度抽查", seed_source=f"福彩{trick} 2026311 期")
    number = announced(three, wanted)
    three.services.draws.call_off(three.actors["desk"], number, f"名单{trick}有误", three.at)
    draw = three.services.draws.published_one(number, OVER)
    assert (draw.title, draw.seed_source, draw.reason) == ("第四季度抽查", "福彩 2026311 期", "名单有误")
    with pytest.raises(InvalidApplication):
        announced(three, replace(wanted, title=trick))


def test_what_happens_to_a_draw_is_in_the_history_and_the_list_and_seed_are_public(three):
    first, second = settled(three), announced(three)
    three.services.draws.call_off(three.actors["desk"], second, "抽查计划调整", three.at)
    with three.services.database.read() as tx:
        rows = tx.all(
            "SELECT event, subject, actor, after, private FROM history WHERE event LIKE 'draw_%' ORDER BY seq"
        )
    assert [(row["event"], row["subject"]) for row in rows] == [
        ("draw_announced", f"draw/{first.number}"),
        ("draw_settled", f"draw/{first.number}"),
        ("draw_announced", f"draw/{second}"),
        ("draw_called_off", f"draw/{second}"),
    ]
    assert {row["actor"] for row in rows} == {three.actors["desk"].username}
    assert json.loads(rows[0]["after"])["commitment"] == first.commitment
    assert json.loads(rows[1]["after"]) == {"list_sha256": first.list_sha256, "seed": first.seed}
    assert json.loads(rows[3]["private"]) == {"reason": "抽查计划调整"}
