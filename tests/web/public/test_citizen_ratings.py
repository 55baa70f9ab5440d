"""Rating the service by the slip that the desk hands out."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from desk_pages import Browser, clerk, desk_app, desk_services, elsewhere, signed_in
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services
from licence_qr.domain.identifiers import CodeId

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere"]

NAMES, ADDRESSES = iter(range(1, 100)), iter(range(1, 255))


@pytest.fixture
def case(desk_app: Flask, desk_services: Services) -> str:
    """The application number of a case that has just been decided."""
    person = signed_in(desk_app, desk_services, "clerk")
    application = person.start()
    person.fill(application, name=f"重庆示例被评价的{next(NAMES)}号客栈有限公司")
    result = person.see(person.issue(application).location)
    found = re.search(r"/desk/ratings/slips/([A-Z0-9-]+)/code\.svg", result)
    assert found
    return found[1]


@pytest.fixture
def code(clerk: Browser, case: str) -> str:
    """The code on its slip."""
    found = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", clerk.see(f"/desk/ratings/slips/{case}"))
    assert found
    return found[0]


@pytest.fixture
def visitor(desk_app: Flask) -> FlaskClient:
    """The applicant's own browser; nobody has tried anything from its network before."""
    client = desk_app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(ADDRESSES)}"
    return client


def rate(visitor: FlaskClient, code: str, page: str | None = None, **typed: Any) -> TestResponse:
    """Open the form, fill it in and send it."""
    page = page or visitor.get(f"/rate/{code}").get_data(as_text=True)
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return visitor.post(f"/rate/{code}", data={"form": html.unescape(found[1]), "website": "", **typed})


def test_the_slip_and_the_page_behind_it_name_no_one(
    clerk: Browser, visitor: FlaskClient, case: str, code: str
) -> None:
    slip = clerk.see(f"/desk/ratings/slips/{case}")
    page = visitor.get(f"/rate/{code}").get_data(as_text=True)
    assert "白市驿镇政务服务中心" in page
    for telling in ("客栈", "张示例", "clerk（示例）"):
        assert telling not in page and telling not in slip
    assert case not in page


def test_a_case_is_rated_once_and_a_second_time_is_refused_in_words(visitor: FlaskClient, code: str) -> None:
    elsewhere_open = visitor.get(f"/rate/{code}").get_data(as_text=True)
    answer = rate(visitor, code, level="5", praise=["quick", "friendly"], text="谢谢")
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert "这件业务已经评价" in visitor.get(answer.location).get_data(as_text=True)
    second = rate(visitor, code, elsewhere_open, level="1")
    assert second.status_code == 409
    assert "只能评价一次" in second.get_data(as_text=True)


def test_a_double_press_is_one_rating(visitor: FlaskClient, code: str) -> None:
    page = visitor.get(f"/rate/{code}").get_data(as_text=True)
    assert [rate(visitor, code, page, level="5").status_code for _ in range(2)] == [303, 303]


def test_whoever_has_a_code_rates_whatever_others_try_from_the_same_network(visitor: FlaskClient, code: str) -> None:
    unknown = f"/rate/{CodeId(bytes(10)).number}"
    assert [visitor.get(unknown).status_code for _ in range(61)] == [404] * 60 + [429]
    assert rate(visitor, code, level="3").status_code == 303


def test_a_bad_rating_comes_up_at_the_desk_and_is_mended_and_called_back(
    visitor: FlaskClient, clerk: Browser, elsewhere: Browser, case: str, code: str
) -> None:
    rate(visitor, code, level="1", complaint="slow", text="等了两个小时<script>", contact="13911112222")
    found = re.search(rf'href="(/desk/ratings/\d+)">[^<]*<span class="code">{case}', clerk.see("/desk/ratings"))
    assert found
    page = clerk.see(found[1])
    assert "等了两个小时&lt;script&gt;" in page and "13911112222" in page and "等得太久" in page
    assert elsewhere.client.get(found[1]).status_code == 403
    refused = clerk.send(found[1], {"step": "called_back", "text": "太早了"})
    assert refused.status_code == 409
    assert "已整改" in refused.get_data(as_text=True) and "太早了" in refused.get_data(as_text=True)
    outdated = clerk.see(found[1])
    assert clerk.send(found[1], {"step": "mended", "text": "增开窗口"}).status_code == 303
    overtaken = clerk.send(found[1], {"step": "mended", "text": "我也改了"}, page=outdated)
    assert overtaken.status_code == 409
    assert "增开窗口" in overtaken.get_data(as_text=True) and "我也改了" in overtaken.get_data(as_text=True)
    assert clerk.send(found[1], {"step": "called_back", "text": "已致电"}).status_code == 303
    assert case not in clerk.see("/desk/ratings")
    assert case in clerk.see("/desk/ratings?closed=yes")


def test_a_good_rating_is_a_figure_and_no_case(visitor: FlaskClient, clerk: Browser, case: str, code: str) -> None:
    rate(visitor, code, level="4", text="很好")
    page = clerk.see("/desk/ratings")
    assert case not in page and "很好" not in page
    assert "满意率" in page


def test_what_was_chosen_stays_when_the_level_is_missing(visitor: FlaskClient, code: str) -> None:
    answer = rate(visitor, code, praise=["quick", "one_visit"], text="还想说")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#level"' in page and "还想说" in page
    assert len(re.findall(r'value="(?:quick|one_visit)" checked', page)) == 2


def test_a_code_is_typed_as_people_type_and_a_wrong_one_is_told(visitor: FlaskClient, code: str) -> None:
    for typed in (
        code.lower().replace("-", ""),
        f"https://ym.example.gov.cn/rate/{code}?from=timeline",
        f"\u200b{code}。",
    ):
        assert visitor.get("/rate", query_string={"code": typed}).location == f"/rate/{code}"
    for address in ("/rate/x", "/rate?code=abc", "/rate/%00"):
        answer = visitor.get(address)
        assert answer.status_code == 422
        assert "评价码输错了" in answer.get_data(as_text=True)
    assert visitor.get(f"/rate/{CodeId(bytes(10)).number}").status_code == 404


def test_only_the_office_of_the_case_sees_its_slip(elsewhere: Browser, case: str) -> None:
    for page in ("", "/code.svg"):
        assert elsewhere.client.get(f"/desk/ratings/slips/{case}{page}").status_code == 403
    assert elsewhere.client.get("/desk/ratings/slips/NONE-2026-000001").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh", "评价这次办理"), ("en", "Rate this service")])
def test_the_form_speaks_both_languages(visitor: FlaskClient, code: str, language: str, words: str) -> None:
    assert words in visitor.get(f"/rate/{code}?lang={language}").get_data(as_text=True)


def test_a_rating_code_that_is_not_known_can_be_compared_and_typed_again(visitor: FlaskClient) -> None:
    unknown = CodeId(bytes(10)).number
    answer = visitor.get(f"/rate/{unknown}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "没有这个评价码" in page and f'value="{unknown}"' in page and 'href="#code"' in page


def test_the_front_page_leads_to_the_rating_of_a_visit(visitor: FlaskClient) -> None:
    assert 'href="/rate"' in visitor.get("/").get_data(as_text=True)
