"""An office reads its own inspections; what is held is decided by somebody of the desk who was not there."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from inspected_register import Scene, hotel, hotel_made_once
from inspection_texts import announced, answers, content_hash
from PIL import Image

from licence_qr.domain.inspecting.inspection import Filter, InspectionPurpose, InspectionState, VisitOutcome
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError, RuleError
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.files import rows
from licence_qr.store.files.folder import FilesFolder
from licence_qr.store.files.sealing import SealedFile

__all__ = ["hotel", "hotel_made_once"]

OTHER_VISIT = "1b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22"


def photo(colour: str = "red") -> bytes:
    """A small photograph."""
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG")
    return written.getvalue()


def decide(hotel: Scene, key: int, decision: str, by: str = "desk", reason: str = "已电话核实") -> None:
    """Decide a held inspection an hour later."""
    desk = hotel.services.inspections_desk
    desk.handle(hotel.actors[by], key, decision, reason, hotel.at + timedelta(hours=1))


def conflict(hotel: Scene) -> tuple[int, int]:
    """The keys of two contents under one id: one that is held for its officers, and another that is clean."""
    first = hotel.send(hotel.visit(second_officer=None)).stored.key
    return first, hotel.send(hotel.visit()).stored.key


def test_a_held_record_counts_once_somebody_has_looked(hotel):
    first, second = conflict(hotel)
    assert hotel.permit.permit.grade == ""
    decide(hotel, second, "count")
    view = hotel.services.inspections_desk.get(hotel.actors["desk"], second, hotel.at)
    assert (view.stored.state, view.stored.handled_by) == (InspectionState.COUNTED, "desk")
    assert view.stored.handled_reason == "已电话核实"
    assert hotel.permit.permit.grade == "A"
    assert [other.key for other in view.others] == [first]
    decide(hotel, first, "set_aside")
    assert hotel.services.inspections_desk.list(hotel.actors["desk"], Filter(), 1).held == 0


def test_two_contents_of_one_visit_never_count_both(hotel):
    hotel.send(hotel.visit())
    second = hotel.send(hotel.visit(remarks="改过")).stored.key
    assert not hotel.services.inspections_desk.get(hotel.actors["desk"], second, hotel.at).may_count
    with pytest.raises(RuleError) as refused:
        decide(hotel, second, "count")
    assert refused.value.code == "inspection_cannot_count"


@pytest.mark.parametrize(
    ("subject", "changes"),
    [
        ({"uscc": "91500106M000002A5L"}, {}),
        ({}, {"second_officer": None}),
        ({}, {"answers": []}),
        ({}, {"purpose": "recheck", "order": 9}),
    ],
)
def test_what_cannot_count_can_only_be_set_aside(hotel, subject, changes):
    key = hotel.send(hotel.visit(subject=subject, **changes)).stored.key
    with pytest.raises(RuleError):
        decide(hotel, key, "count")
    decide(hotel, key, "set_aside")
    stored = hotel.services.inspections_desk.get(hotel.actors["desk"], key, hotel.at).stored
    assert stored.state is InspectionState.SET_ASIDE and hotel.permit.permit.grade == ""


def test_what_cannot_count_at_the_desk_either_changes_nothing(hotel):
    hotel.send(hotel.visit(purpose="follow_up"))
    key = hotel.send(hotel.visit(purpose="follow_up", id=OTHER_VISIT), visit=OTHER_VISIT).stored.key
    before = hotel.everything()
    with pytest.raises(RuleError):
        decide(hotel, key, "count")
    assert hotel.everything() == before
    assert hotel.services.inspections_desk.get(hotel.actors["desk"], key, hotel.at).stored.state is InspectionState.HELD


@pytest.mark.parametrize(
    ("by", "code"),
    [("inspector", "role_not_allowed"), ("decider", "role_not_allowed"), ("stranger", "role_not_allowed")],
)
def test_only_a_clerk_decides(hotel, by, code):
    key = hotel.send(hotel.visit(second_officer=None)).stored.key
    with pytest.raises(AccessError) as refused:
        decide(hotel, key, "set_aside", by=by)
    assert refused.value.code == code


def test_who_took_part_does_not_decide_even_as_a_clerk(hotel):
    key = conflict(hotel)[1]
    hotel.actors["desk"] = replace(hotel.actors["inspector-2"], roles=frozenset({Role.CLERK, Role.INSPECTOR}))
    with pytest.raises(AccessError) as refused:
        decide(hotel, key, "count")
    assert refused.value.code == "inspection_handled_by_officer"


def test_a_decision_needs_a_reason_and_is_made_once(hotel):
    key = hotel.send(hotel.visit(second_officer=None)).stored.key
    for decision, reason, code in (
        ("set_aside", " ", "reason_missing"),
        ("set_aside", "x" * 501, "text_too_long"),
        ("delete", "x", "decision_not_offered"),
    ):
        with pytest.raises(InputError) as refused:
            decide(hotel, key, decision, reason=reason)
        assert refused.value.code == code
    decide(hotel, key, "set_aside")
    with pytest.raises(ConflictError):
        decide(hotel, key, "set_aside")


def test_a_visit_is_read_with_its_findings_first_and_its_photographs(hotel):
    data = photo()
    given = answers(hotel.services.catalogue, no=("linen_changed",))
    next(each for each in given if each["item"] == "linen_changed")["photos"] = [content_hash(data)]
    body = hotel.visit(answers=given, photos=[announced(data)], outcome="to_rectify", rectify_by="2026-12-10")
    key = hotel.send(body).stored.key
    hotel.send_photo(body, data)
    desk, reader = hotel.services.inspections_desk, hotel.actors["decider"]
    view = desk.get(reader, key, hotel.at)
    first = view.lists[0].items[0]
    assert first.item is not None and (first.item.id, first.photos) == ("linen_changed", (0,))
    assert [(officer.zh, absent) for officer, absent in view.officers] == [
        ("inspector（示例）", None),
        ("inspector-2（示例）", None),
    ]
    assert view.order is not None and view.order.due_on == date(2026, 12, 10)
    assert Image.open(io.BytesIO(desk.photo(reader, key, 0))).size == (40, 30)
    assert desk.text(reader, key) == body
    with pytest.raises(NotFoundError):
        desk.photo(reader, key, 1)


def test_a_photograph_that_has_not_arrived_is_not_there(hotel):
    key = hotel.send(hotel.visit(photos=[announced(photo())])).stored.key
    with pytest.raises(NotFoundError):
        hotel.services.inspections_desk.photo(hotel.actors["desk"], key, 0)


def test_a_photograph_sent_twice_at_once_is_kept_once(hotel, monkeypatch):
    """The second sending arrives while the first has put its file and not yet its row."""
    data = photo()
    body = hotel.visit(photos=[announced(data)])
    hotel.send(body)
    put, again = FilesFolder.put, []

    def put_and_send_again(folder: FilesFolder, file: SealedFile) -> None:
        put(folder, file)
        if not again:
            again.append(file.name)
            hotel.send_photo(body, data)

    monkeypatch.setattr(FilesFolder, "put", put_and_send_again)
    assert hotel.send_photo(body, data).complete
    with hotel.services.database.read() as tx:
        assert len(rows.names(tx)) == 1 and not rows.names(tx) & set(again)


def test_another_office_sees_nothing(hotel):
    key = hotel.send(hotel.visit()).stored.key
    desk, stranger = hotel.services.inspections_desk, hotel.actors["stranger"]
    assert desk.list(stranger, Filter(), 1).total == 0 and desk.orders(stranger) == ()
    for read in (
        lambda actor, key: desk.get(actor, key, hotel.at),
        desk.text,
        lambda actor, key: desk.photo(actor, key, 0),
    ):
        with pytest.raises(AccessError) as refused:
            read(stranger, key)
        assert refused.value.code == "other_office"
    with pytest.raises(NotFoundError):
        desk.get(hotel.actors["desk"], key + 1, hotel.at)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), 2),
        (Filter(state=InspectionState.HELD), 1),
        (Filter(purpose=InspectionPurpose.COMPLAINT), 1),
        (Filter(outcome=VisitOutcome.FAILED), 0),
        (Filter(first=date(2026, 11, 23), last=date(2026, 11, 23)), 2),
        (Filter(first=date(2026, 11, 24)), 0),
        (Filter(text="测试1号"), 2),
        (Filter(text="M000002A5L"), 0),
        (Filter(text="%"), 0),
    ],
)
def test_the_list_can_be_narrowed(hotel, wanted, found):
    hotel.send(hotel.visit())
    hotel.send(hotel.visit(id=OTHER_VISIT, purpose="complaint", second_officer=None), visit=OTHER_VISIT)
    page = hotel.services.inspections_desk.list(hotel.actors["desk"], wanted, 1)
    assert (page.total, len(page.lines), page.held) == (found, found, 1)


def test_an_order_of_a_business_that_has_ended_waits_for_nobody(hotel):
    given: dict[str, Any] = {"outcome": "to_rectify", "rectify_by": "2026-12-10"}
    hotel.send(hotel.visit(**given))
    orders = WorkFilter(kind=TaskKind.RECTIFICATION_DUE)
    assert len(hotel.services.inspections_desk.orders(hotel.actors["desk"])) == 1
    assert len(hotel.services.work_list.everything(hotel.actors["inspector"], orders, hotel.at)) == 1
    with hotel.services.database.write() as tx:
        tx.run("UPDATE entities SET state = 'cancelled' WHERE uscc = ?", (hotel.uscc,))
    assert hotel.services.work_list.everything(hotel.actors["inspector"], orders, hotel.at) == ()
    assert hotel.services.inspections_desk.orders(hotel.actors["desk"]) == ()


def test_a_visit_shows_its_officers_and_who_confirmed_it_by_the_names_of_the_day(hotel):
    key = hotel.send(hotel.visit()).stored.key
    known = hotel.services.accounts.user("inspector-2")
    assert known is not None
    hotel.services.staff.change(
        known.person_id, PersonDetails("", "钱新名", "baishiyi"), AT_THE_MACHINE, hotel.at + timedelta(days=1)
    )
    view = hotel.services.inspections_desk.get(hotel.actors["decider"], key, hotel.at)
    named = "inspector-2（示例）（现名：钱新名）"
    assert [officer.zh for officer, _ in view.officers] == ["inspector（示例）", named]
    assert [name.zh for name, _ in view.answers] == [named]
