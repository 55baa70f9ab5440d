"""The pages of inspections and draws at the desk, and what everybody may read of a draw."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_pages import PEOPLE, Browser, clerk, desk_app, desk_services, elsewhere, signed_in
from flask import Flask
from harmed import tamper
from phone_pages import Phone, hotel, phone, picture, visit
from PIL import Image

from licence_qr.bootstrap import Services

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere", "hotel", "phone"]


@pytest.fixture
def held(phone: Phone, desk_services: Services, hotel: Mapping[str, Any]) -> str:
    """The address of a visit that was held, with one photograph."""
    photo = picture()
    given = {"second_officer": None, "remarks": "<script>alert(1)</script>"}
    strokes = {"kind": "drawn", "name": "张示例", "width": 100, "height": 50, "strokes": [[1, 2, 30, 40]]}
    name, body = visit(desk_services, hotel, photo, **given, signature=strokes)
    phone.put(name, body)
    phone.put(f"{name}/{hashlib.sha256(body).hexdigest()}/photos/{hashlib.sha256(photo).hexdigest()}", photo)
    with desk_services.database.read() as tx:
        row = tx.one("SELECT max(inspection_key) AS key FROM inspections")
    assert row is not None
    return f"/desk/inspections/{row['key']}"


def test_the_list_shows_what_is_held_and_narrows(clerk, held):
    page = clerk.see("/desk/inspections")
    assert "待处理" in page and "重庆示例受检客栈有限公司" in page
    assert held in clerk.see("/desk/inspections?state=held&q=受检客栈&from=2026-01-01")
    assert held not in clerk.see("/desk/inspections?state=set_aside")
    assert held not in clerk.see("/desk/inspections?to=2020-01-01")
    for nonsense in ("state=x&page=0", "from=x&to=y", "page=-7", "page=999999", "q=%00"):
        clerk.see(f"/desk/inspections?{nonsense}")


def test_a_day_that_cannot_be_read_is_told_at_its_field_and_narrows_nothing(clerk, held):
    page = clerk.see("/desk/inspections?from=2026-02-31&to=2026-12-31&q=受检客栈")
    assert held in page
    assert 'href="#from">起始日期：' in page
    assert 'id="from-error"' in page and 'href="#from"' in page and 'value="2026-02-31"' in page
    assert 'id="to-error"' not in page and 'value="2026-12-31"' in page and 'value="受检客栈"' in page


def test_a_visit_shows_its_flags_its_photograph_and_its_signature(clerk, held):
    page = clerk.see(held)
    assert "没有第二名检查人员" in page
    assert '<polyline points="1 2 30 40"' in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert f'src="{held}/photos/0.jpg"' in page


def test_the_time_line_tells_what_became_of_a_record(clerk, held, hotel):
    assert "待人工处理" in clerk.see(f"/desk/businesses/{hotel['uscc']}/history")


def test_a_photograph_is_for_the_office_alone(clerk, elsewhere, held, desk_app, desk_services):
    address = f"{held}/photos/0.jpg"
    response = clerk.client.get(address)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("inline; filename=")
    assert response.headers["Cache-Control"] == "no-store"
    assert not Image.open(io.BytesIO(response.data)).getexif()
    assert desk_app.test_client().get(address).status_code == 303
    for page in (address, held, f"{held}/record.json"):
        assert elsewhere.client.get(page).status_code == 403
    assert clerk.client.get(f"{held}/photos/1.jpg").status_code == 404
    text = clerk.client.get(f"{held}/record.json")
    assert text.headers["Content-Disposition"].startswith("attachment") and text.get_json()["format"] == 1


def test_a_decision_keeps_what_was_typed_until_it_can_be_taken(clerk, held):
    refused = clerk.send(held, {"decision": "count", "reason": "两名人员都在场，已核实"})
    assert refused.status_code == 409
    assert "两名人员都在场，已核实" in refused.get_data(as_text=True)
    empty = clerk.send(held, {"decision": "set_aside", "reason": ""})
    assert empty.status_code == 422 and 'href="#reason"' in empty.get_data(as_text=True)
    done = clerk.send(held, {"decision": "set_aside", "reason": "只有一名人员"})
    assert done.status_code == 303
    page = clerk.see(held)
    assert "仅存档" in page and "只有一名人员" in page and '<form class="panel"' not in page
    assert "clerk（示例）" in page.split("已处理")[-1].split("</section>")[0]


def test_a_record_is_decided_after_its_check_only(clerk, held):
    form = clerk.see(held)
    typed = {"decision": "set_aside", "reason": "只有一名人员"}
    check, back = clerk.check_and_back(held, typed, form)
    assert "存档，不计入" in check.text and "内容全部保留，不产生效果" in check.text
    assert "只有一名人员" in back.text and '<form class="panel"' in back.text and "已处理" not in back.text


def test_an_inspector_reads_but_does_not_decide(desk_app, desk_services, held):
    inspector = signed_in(desk_app, desk_services, "inspector")
    assert '<form class="panel"' not in inspector.see(held)
    decision = {"csrf_token": token(inspector, held), "decision": "set_aside", "reason": "只有一名人员"}
    assert inspector.client.post(held, data=decision).status_code == 403


def test_the_work_list_leads_to_the_inspection_that_gave_the_order(clerk, elsewhere, phone, desk_services, hotel):
    when = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    name, body = visit(desk_services, hotel, outcome="to_rectify", rectify_by=when)
    assert phone.put(name, body).get_json()["order"] is None
    assert phone.confirm(name, body).status_code == 303
    order = phone.put(name, body).get_json()["order"]
    inspector = phone.browser
    assert f"/desk/inspections/orders/{order}" in inspector.see("/desk/work")
    led = inspector.client.get(f"/desk/inspections/orders/{order}")
    assert led.status_code == 303 and f"第 {order} 号整改通知" in inspector.see(led.location)
    assert elsewhere.client.get(f"/desk/inspections/orders/{order}").status_code == 403
    assert clerk.client.get("/desk/inspections/orders/999").status_code == 404


def test_the_time_line_names_what_was_ordered_in_the_words_of_the_checklist(clerk, phone, desk_services, hotel):
    when = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    checklist = desk_services.catalogue.inspection_rules.checklist("lodging", "2026-1")
    wrong = checklist.item("linen_changed")
    given = [
        {"checklist": "lodging", "item": i.id, "answer": "yes", "finding": "", "photos": []} for i in checklist.items
    ]
    given = [{**each, "answer": "no", "finding": "有污渍"} if each["item"] == wrong.id else each for each in given]
    name, body = visit(desk_services, hotel, outcome="to_rectify", rectify_by=when, answers=given)
    phone.put(name, body)
    phone.confirm(name, body)
    for lang, label, words in (("en", "What to rectify", wrong.text.en), ("zh", "整改事项", wrong.text.zh)):
        shown = clerk.see(f"/desk/businesses/{hotel['uscc']}/history?lang={lang}")
        assert re.search(f"{label}</dt>\\s*<dd>.*{re.escape(words)}", shown)
        assert f"lodging/{wrong.id}" not in shown


# --- draws ------------------------------------------------------------------------------------------------------


def due() -> str:
    """A day next month."""
    return (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def announce(clerk: Browser, **changes: str) -> Any:
    """Fill in the form that announces a draw."""
    fields = {"title": "示例抽查", "places": "1", "due_on": due(), "recused": "", "seed_source": "", **changes}
    return clerk.send("/desk/draws/new", fields)


@pytest.fixture
def drawn(clerk: Browser, hotel: Mapping[str, Any]) -> str:
    """The address of a draw that is announced with a secret."""
    answer = announce(clerk)
    assert answer.status_code == 303
    return str(answer.location)


def draw_it(clerk: Browser, address: str, **answers: str) -> Any:
    """Draw, by the button of the check page."""
    return clerk.send(f"{address}/settle", answers, clerk.see(address))


def test_a_draw_is_announced_made_and_void_after_its_check_only(clerk, drawn, desk_app):
    public = Browser(desk_app.test_client())
    fields = {"title": "只看看的抽查", "places": "1", "due_on": due(), "recused": "", "seed_source": ""}
    check, back = clerk.check_and_back("/desk/draws/new", fields, clerk.see("/desk/draws/new"))
    assert "名单在检查以后才公布" in check.text and 'value="只看看的抽查"' in back.text
    assert "只看看的抽查" not in public.see("/draws")
    check, back = clerk.check_and_back(f"{drawn}/settle", {"seed": ""}, clerk.see(drawn))
    assert "现在不公布抽中谁" in check.text and f'action="{drawn}/settle"' in back.text
    check, back = clerk.check_and_back(f"{drawn}/call-off", {"reason": "计划调整"}, clerk.see(drawn))
    assert "不能恢复" in check.text and "计划调整" in back.text
    assert "已公告，待抽取" in public.see(f"/draws/{drawn.rsplit('/', 1)[1]}")


def test_before_the_visits_the_pages_of_a_draw_name_neither_places_nor_seed(
    clerk, drawn, desk_app, desk_services, hotel
):
    number = drawn.rsplit("/", 1)[1]
    public = Browser(desk_app.test_client())
    before = public.see(f"/draws/{number}")
    assert "已公告，待抽取" in before and "示例抽查" in public.see("/draws")
    done = draw_it(clerk, drawn)
    assert done.status_code == 303
    led = re.search(r"/desk/draws/drawn/\d+", signed_in(desk_app, desk_services, "inspector").see("/desk/work"))
    assert led is not None and clerk.client.get(led[0]).status_code == 303
    facts = json.loads(public.client.get(f"/draws/{number}.json").data)
    assert (facts["opened"], facts["list"], facts["seed"], facts["drawn"]) == (False, "", "", [])
    after = public.see(f"/draws/{number}?lang=en")
    assert facts["commitment"] in after and "published after the visits" in after
    assert "受检客栈" not in before + after and "check.py" not in after
    assert clerk.send(f"{drawn}/settle", {}, clerk.see("/desk/draws/new")).status_code == 409


def over(desk_services, number: str) -> None:
    """Let the day by which the drawn places are to be inspected pass."""
    tamper(desk_services.database, f"UPDATE draws SET due_on = date('now', '-2 days') WHERE draw_id = {int(number)}")  # noqa: S608 – a number


def test_when_the_time_is_over_the_list_the_seed_and_the_result_are_published(clerk, drawn, desk_app, desk_services):
    number = drawn.rsplit("/", 1)[1]
    draw_it(clerk, drawn)
    over(desk_services, number)
    public = Browser(desk_app.test_client())
    facts = json.loads(public.client.get(f"/draws/{number}.json").data)
    assert hashlib.sha256(facts["seed"].encode()).hexdigest() == facts["commitment"]
    assert len(facts["drawn"]) == 1 and len(set(facts["drawn"][0]["officers"])) == 2
    after = public.see(f"/draws/{number}?lang=en")
    assert facts["seed"] in after and "Not inspected yet" in after


def test_names_of_officers_stay_in_the_office(clerk, drawn, desk_app, desk_services):
    draw_it(clerk, drawn)
    number = drawn.rsplit("/", 1)[1]
    over(desk_services, number)
    assert "（示例）" in clerk.see(drawn)
    public = Browser(desk_app.test_client())
    for page in (public.see(f"/draws/{number}"), public.client.get(f"/draws/{number}.json").get_data(as_text=True)):
        assert not any(name in page for name in (*PEOPLE, "inspector-2", "乙（示例）"))


def test_a_draw_by_a_public_event_asks_for_its_seed(clerk, hotel):
    address = announce(clerk, seed_source="2026-12-01 福彩").location
    refused = clerk.send(f"{address}", {}, page=clerk.see(address))
    assert refused.status_code == 405
    wrong = draw_it(clerk, address, seed="中奖号码")
    assert wrong.status_code == 422 and "中奖号码" in wrong.get_data(as_text=True)
    done = draw_it(clerk, address, seed="05 12 33")
    assert done.status_code == 303 and "05 12 33" in clerk.see(address)


def test_whoever_wants_to_check_a_draw_is_handed_data_and_program(clerk, hotel, desk_app, desk_services):
    address = announce(clerk, seed_source="2026-12-01 福彩").location
    public, number = Browser(desk_app.test_client()), address.rsplit("/", 1)[1]
    assert "check.py" not in public.see(f"/draws/{number}")
    draw_it(clerk, address, seed="05 12 33")
    over(desk_services, number)
    shown = public.see(f"/draws/{number}")
    assert f'href="/draws/{number}.json" download="{number}.json"' in shown
    program = re.search(r'href="(/static/[^"]+/draws/check\.py\.txt)" download="check\.py"', shown)
    assert program and b"licence-qr draw 1" in public.client.get(program[1]).data


def token(browser: Browser, address: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.see(address))
    assert found is not None
    return found[1]


def test_a_draw_that_is_called_off_says_why_to_everybody(clerk, drawn, desk_app):
    address = f"{drawn}/call-off"
    assert clerk.send(address, {"reason": ""}, clerk.see(drawn)).status_code == 422
    assert clerk.send(address, {"reason": "计划调整"}, clerk.see(drawn)).status_code == 303
    assert "计划调整" in Browser(desk_app.test_client()).see(f"/draws/{drawn.rsplit('/', 1)[1]}")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"places": "many"}, "places"),
        ({"places": "٣"}, "places"),
        ({"due_on": "yesterday"}, "due_on"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"recused": "7 91500107M000001A9R\nnobody"}, "recused"),
    ],
)
def test_what_is_wrong_in_the_form_is_named_and_kept(clerk, hotel, changes, field):
    answer = announce(clerk, **{"seed_source": "一个公开事件", **changes})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page and "一个公开事件" in page


def test_more_places_than_there_are_cannot_be_drawn(clerk, hotel):
    answer = announce(clerk, places="400")
    assert answer.status_code == 409 and "400" in answer.get_data(as_text=True)


def test_who_can_be_drawn_does_not_draw(desk_app, desk_services, drawn):
    inspector = signed_in(desk_app, desk_services, "inspector")
    page = inspector.see(drawn)
    assert '<form class="panel"' not in page
    answer = inspector.client.post(f"{drawn}/settle", data={"csrf_token": token(inspector, drawn)})
    assert answer.status_code == 403


def test_another_office_s_draw_is_read_in_public_only(elsewhere, drawn):
    assert elsewhere.client.get(drawn).status_code == 403
    assert elsewhere.client.get(f"/draws/{drawn.rsplit('/', 1)[1]}").status_code == 200


@pytest.mark.parametrize("address", ["/draws/99999", "/draws/99999.json"])
def test_a_draw_that_is_not_there_is_said_to_be_so(desk_app: Flask, address):
    assert desk_app.test_client().get(address).status_code == 404
