"""Reporting a problem on the citizen's pages: no cookie, nothing lost, nothing told."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from desk_pages import Browser, clerk, desk_app, desk_services, signed_in
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.reports import MOST_TEXT
from licence_qr.domain.identifiers import CodeId
from licence_qr.web.public import cookieless_forms

__all__ = ["clerk", "desk_app", "desk_services"]

ADDRESSES = iter(range(1, 255))
TYPED = {"kind": "hygiene", "text": "床单没有换\n杯子没有洗", "contact": "13911112222"}


@pytest.fixture(scope="module")
def number(desk_app: Flask, desk_services: Services) -> str:
    """The code number of a business that has been licensed at the desk."""
    person = signed_in(desk_app, desk_services, "clerk")
    application = person.start()
    person.fill(application, name="重庆示例被反映的客栈有限公司")
    found = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", person.see(person.issue(application).location))
    assert found
    return found[0]


@pytest.fixture
def visitor(desk_app: Flask) -> FlaskClient:
    """A citizen's browser; nobody has tried anything from its network before."""
    client = desk_app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(ADDRESSES)}"
    return client


def form_of(page: str) -> str:
    """The signed name of the form on a page."""
    found = re.search(r'<input type="hidden" name="form" value="([^"]+)">', page)
    assert found
    return html.unescape(found[1])


def post(visitor: FlaskClient, address: str, form: str, **typed: Any) -> TestResponse:
    """Send a form as a browser does."""
    data = {"form": form, "website": "", **typed}
    return visitor.post(address, data=data, content_type="multipart/form-data")


def send(visitor: FlaskClient, number: str, **typed: Any) -> TestResponse:
    """Open the form about a business, fill it in and send it."""
    address = f"/p/{number}/report"
    return post(visitor, address, form_of(visitor.get(address).get_data(as_text=True)), **{**TYPED, **typed})


def test_a_problem_is_reported_and_followed_without_a_cookie(visitor: FlaskClient, number: str) -> None:
    answer = send(visitor, number)
    assert answer.status_code == 303
    assert re.fullmatch(r"/reports/(?:[0-9A-Z]{4}-){4}[0-9A-Z]", answer.location)
    page = visitor.get(answer.location)
    assert "已收到您的反映" in page.get_data(as_text=True)
    assert "Set-Cookie" not in {name for response in (answer, page) for name in response.headers.keys()}
    typed = answer.location.rpartition("/")[2].lower().replace("-", " ")
    assert visitor.get("/reports", query_string={"number": typed}).location == answer.location


def test_the_receipt_shows_no_word_of_the_reporter(visitor: FlaskClient, number: str) -> None:
    page = visitor.get(send(visitor, number).location).get_data(as_text=True)
    assert "已收到您的反映" in page
    assert TYPED["contact"] not in page
    assert "床单" not in page


def test_the_answer_of_the_desk_is_read_by_the_receipt_number(
    visitor: FlaskClient, clerk: Browser, number: str
) -> None:
    where = send(visitor, number, text="要答复的事").location
    [address] = [
        each
        for each in set(re.findall(r'href="(/desk/reports/\d+)"', clerk.see("/desk/reports")))
        if "要答复的事" in clerk.see(each)
    ]
    assert TYPED["contact"] in clerk.see(address)
    assert clerk.send(address, {"step": "contacted", "text": "已致电（内部）"}).status_code == 303
    assert clerk.send(address, {"step": "answered", "answer": "已责令更换 <b>今天</b>"}).status_code == 303
    page = visitor.get(where).get_data(as_text=True)
    assert "已责令更换 &lt;b&gt;今天&lt;/b&gt;" in page
    assert "内部" not in page and "clerk" not in page


def test_what_was_typed_stays_when_something_is_missing(visitor: FlaskClient, number: str) -> None:
    answer = send(visitor, number, kind="", contact="张三")
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert 'href="#kind"' in page and 'href="#contact"' in page
    assert TYPED["text"] in page and 'value="张三"' in page


def test_a_line_break_counts_as_one_character_however_browsers_send_it(visitor: FlaskClient, number: str) -> None:
    longest = "\r\n".join(["床单"] * 667)[: MOST_TEXT + 666]  # 2,000 characters, 666 of them line breaks
    assert len(longest.replace("\r\n", "\n")) == MOST_TEXT
    assert send(visitor, number, text=longest).status_code == 303
    assert send(visitor, number, text=longest + "的").status_code == 422


def test_a_double_press_makes_one_report(visitor: FlaskClient, number: str) -> None:
    address = f"/p/{number}/report"
    form = form_of(visitor.get(address).get_data(as_text=True))
    assert post(visitor, address, form, **TYPED).location == post(visitor, address, form, **TYPED).location


def test_the_same_form_with_another_problem_is_offered_under_a_new_name(visitor: FlaskClient, number: str) -> None:
    address = f"/p/{number}/report"
    form = form_of(visitor.get(address).get_data(as_text=True))
    first = post(visitor, address, form, **TYPED).location
    again = post(visitor, address, form, **{**TYPED, "text": "另一件事"})
    page = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "另一件事" in page
    second = post(visitor, address, form_of(page), **{**TYPED, "text": "另一件事"}).location
    assert second not in {None, first}


@pytest.mark.parametrize("form", ["", "x", "WyIiLCJ4Il0.x.y", "\x00"])
def test_a_form_that_is_none_of_ours_is_offered_again(visitor: FlaskClient, number: str, form: str) -> None:
    answer = post(visitor, f"/p/{number}/report", form, **TYPED)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "还没有提交" in page and TYPED["contact"] in page
    assert post(visitor, f"/p/{number}/report", form_of(page), **TYPED).status_code == 303


def test_a_form_about_another_code_or_for_another_purpose_is_not_taken(
    visitor: FlaskClient, desk_app: Flask, number: str
) -> None:
    with desk_app.test_request_context():
        others = [cookieless_forms.make("report", ""), cookieless_forms.make("rating", number)]
    for other in others:
        assert post(visitor, f"/p/{number}/report", other, **TYPED).status_code == 422


def test_a_form_older_than_a_day_is_offered_again(
    visitor: FlaskClient, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/p/{number}/report"
    form = form_of(visitor.get(address).get_data(as_text=True))
    monkeypatch.setattr(cookieless_forms, "HOURS", -1)
    assert post(visitor, address, form, **TYPED).status_code == 422


def test_another_site_cannot_have_its_visitors_report(visitor: FlaskClient, number: str) -> None:
    address = f"/p/{number}/report"
    form = form_of(visitor.get(address).get_data(as_text=True))
    data = {"form": form, "website": "", **TYPED}
    for headers in (
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Referer": "https://elsewhere.example/x"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ):
        assert visitor.post(address, data=data, headers=headers).status_code == 422
    assert visitor.post(address, data=data, headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize("named", [{"Origin": "null"}, {"Origin": "https://as-the-proxy-calls-it.example"}, {}])
def test_a_form_of_ours_is_taken_from_a_browser_that_does_not_name_the_site(
    visitor: FlaskClient, number: str, named: dict[str, str]
) -> None:
    """Settings for privacy make ``null`` of Origin; a proxy that gives another Host makes ours another site."""
    address = f"/p/{number}/report"
    data = {"form": form_of(visitor.get(address).get_data(as_text=True)), "website": "", **TYPED}
    assert visitor.post(address, data=data, headers={"Sec-Fetch-Site": "same-origin", **named}).status_code == 303


def test_a_program_that_fills_every_field_is_told_and_a_person_only_presses_again(
    visitor: FlaskClient, number: str
) -> None:
    answer = send(visitor, number, website="https://spam.example")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "spam.example" not in page and TYPED["contact"] in page
    assert post(visitor, f"/p/{number}/report", form_of(page), **TYPED).status_code == 303


def test_however_many_reports_come_from_one_network_the_next_is_taken(visitor: FlaskClient, number: str) -> None:
    for n in range(40):
        assert send(visitor, number, text=f"第 {n} 件").status_code == 303
    assert "已收到您的反映" in visitor.get(send(visitor, number, text="如实的一件").location).get_data(as_text=True)


def test_numbers_that_nobody_has_cannot_be_tried_by_the_form_and_those_that_are_there_are_found(
    visitor: FlaskClient, number: str
) -> None:
    address = f"/p/{CodeId(bytes(10)).number}/report"
    assert [visitor.get(address).status_code for _ in range(61)] == [404] * 60 + [429]
    assert post(visitor, address, "no form of ours", **TYPED).status_code == 429  # nor can numbers be tried that way
    assert send(visitor, number).status_code == 303


def upload(data: bytes, name: str = "x.jpg") -> tuple[io.BytesIO, str]:
    """A file of a form."""
    return io.BytesIO(data), name


def picture() -> bytes:
    """A small photograph."""
    written = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(written, "PNG")
    return written.getvalue()


def test_a_photo_is_served_to_the_desk_as_a_picture_and_nothing_else(
    visitor: FlaskClient, clerk: Browser, number: str
) -> None:
    hostile = '../../etc/passwd"\r\nX-Evil: 1<script>.html'
    send(visitor, number, text="有照片的", photo=upload(picture(), hostile))
    [address] = [
        each
        for each in set(re.findall(r'href="(/desk/reports/\d+)"', clerk.see("/desk/reports")))
        if "有照片的" in clerk.see(each)
    ]
    assert "passwd" not in clerk.see(address)
    answer = clerk.client.get(f"{address}/photo")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r'inline; filename="report-\d+\.jpg"', answer.headers["Content-Disposition"])
    assert Image.open(io.BytesIO(answer.data)).format == "JPEG"
    assert visitor.get(f"{address}/photo").status_code == 303  # to the sign-in page


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"x" * (9 * 1024 * 1024), "照片过大"), (b"MZ\x90", "JPEG、PNG"), (b"", "没有收到照片")],
)
def test_a_photo_that_is_refused_leaves_the_words_standing(
    visitor: FlaskClient, number: str, data: bytes, words: str
) -> None:
    answer = send(visitor, number, photo=upload(data))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page and 'href="#photo"' in page
    assert TYPED["contact"] in page


def test_an_upload_without_end_is_stopped(visitor: FlaskClient, number: str) -> None:
    assert send(visitor, number, photo=upload(b"x" * (25 * 1024 * 1024))).status_code == 413


def test_a_text_without_end_is_stopped(visitor: FlaskClient, number: str) -> None:
    assert send(visitor, number, text="字" * 3000).status_code == 422
    assert send(visitor, number, text="字" * 1_000_000).status_code == 413


@pytest.mark.parametrize(
    "text", ["\x00", "\u202e", "{{ 7*7 }}<script>alert(1)</script>", "'; DROP TABLE reports; --", "😀" * 400]
)
def test_hostile_words_are_words(visitor: FlaskClient, clerk: Browser, number: str, text: str) -> None:
    assert send(visitor, number, text=f"示例{text}").status_code == 303
    for address in set(re.findall(r'href="(/desk/reports/\d+)"', clerk.see("/desk/reports"))):
        page = clerk.see(address)
        assert "<script>" not in page and "\u202e" not in page and "\x00" not in page


def test_a_code_that_cannot_be_read_is_reported_by_its_place(visitor: FlaskClient, elsewhere_office: Browser) -> None:
    page = visitor.get("/reports/new").get_data(as_text=True)
    typed = {**TYPED, "kind": "suspected_forgery", "place": "示例路 99 号门口", "office": "jinfeng"}
    assert post(visitor, "/reports/new", form_of(page), **{**typed, "place": ""}).status_code == 422
    answer = post(visitor, "/reports/new", form_of(page), **typed)
    assert answer.status_code == 303
    assert "示例路" not in visitor.get(answer.location).get_data(as_text=True)
    assert "示例路 99 号门口" in elsewhere_office.see("/desk/reports")


@pytest.fixture
def elsewhere_office(desk_app: Flask, desk_services: Services) -> Browser:
    """A clerk of the office at Jinfeng."""
    return signed_in(desk_app, desk_services, "elsewhere")


def test_a_number_that_nobody_has_is_not_found_and_a_mistyped_one_is_told(visitor: FlaskClient) -> None:
    nobodys = CodeId(bytes(10)).number
    for address in (f"/p/{nobodys}/report", f"/reports/{nobodys}"):
        assert visitor.get(address).status_code == 404
    for address in ("/reports/x", "/reports?number=%00", "/reports/" + "A" * 2000):
        answer = visitor.get(address)
        assert answer.status_code == 422
        assert "回执号输错了" in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages(visitor: FlaskClient, number: str, language: str) -> None:
    receipt = send(visitor, number).location
    words = {
        "zh": ("反映问题", "查看反映的进度", "已收到您的反映"),
        "en": ("Report a problem", "Track a report", "Received"),
    }
    for address, heading in zip((f"/p/{number}/report", "/reports", receipt), words[language], strict=True):
        assert heading in visitor.get(f"{address}?lang={language}").get_data(as_text=True)


def test_a_receipt_number_that_is_not_known_can_be_compared_and_typed_again(visitor: FlaskClient) -> None:
    unknown = CodeId(bytes(10)).number
    answer = visitor.get(f"/reports/{unknown}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "没有这个回执号" in page and f'value="{unknown}"' in page and 'href="#number"' in page


def test_a_photo_that_the_browser_has_to_send_again_is_asked_for_again(visitor: FlaskClient, number: str) -> None:
    told = "刚才选的照片没有保留"
    refused = send(visitor, number, text="", photo=(io.BytesIO(b"any file"), "IMG_0001.jpg")).get_data(as_text=True)
    assert told in refused and 'aria-describedby="photo-hint photo-lost"' in refused
    assert told not in send(visitor, number, text="").get_data(as_text=True)
    unread = send(visitor, number, photo=(io.BytesIO(b"any file"), "IMG_0001.jpg")).get_data(as_text=True)
    assert told not in unread and "不是 JPEG、PNG 或 WebP 照片" in unread
