"""The form for a number takes what people paste: a link with what a messenger appended, and words around it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from licence_qr.credential.token import to_digits
from licence_qr.web.app import create_app

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


@pytest.fixture
def client(services) -> FlaskClient:
    return create_app(services).test_client()


def looked_up(client: FlaskClient, text: str) -> tuple[int, str]:
    """The status of the form, and where it leads."""
    answer = client.get("/p", query_string={"number": text})
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "written",
    [
        "{}?from=singlemessage&isappinstalled=0",
        " {}\u200b。",
        "请看 {} 谢谢",
        "{}/",
        "{} 13800000000",
    ],
)
def test_a_link_leads_to_the_page_of_its_code(client: FlaskClient, pair, written: str) -> None:
    status, location = looked_up(client, written.format(pair.code.address))
    assert (status, location) == (303, f"/c/{to_digits(pair.code.token)}")


def test_a_link_in_full_width_upper_case_and_broken_lines_does_too(client: FlaskClient, pair) -> None:
    link = pair.code.address
    there = (303, f"/c/{to_digits(pair.code.token)}")
    assert looked_up(client, link.translate(FULL_WIDTH)) == there
    assert looked_up(client, link.replace("https", "HTTP", 1)) == there
    assert looked_up(client, f"{link[:90]}\r\n{link[90:160]}\r\n{link[160:]}") == there


@pytest.mark.parametrize(
    "written", ["编号：{}，谢谢", "\u200b{}", "{}。", "https://ym.example.gov.cn/p/{}?from=timeline"]
)
def test_a_number_is_found_in_what_stands_around_it(client: FlaskClient, pair, written: str) -> None:
    number = pair.code.code_id.number
    assert looked_up(client, written.format(number)) == (303, f"/p/{number}")


def test_a_link_with_one_digit_changed_is_refused_in_red(client: FlaskClient, pair) -> None:
    link = pair.code.address
    changed = link[:60] + str((int(link[60]) + 1) % 10) + link[61:]
    answer = client.get("/p", query_string={"number": changed + "?from=a"}, follow_redirects=True)
    assert answer.status_code == 400
    assert 'class="verdict bad"' in answer.get_data(as_text=True)
    letter = client.get("/p", query_string={"number": link[:60] + "x" + link[61:]})
    assert "[symbol_not_digits]" in letter.get_data(as_text=True) or "symbol_not_digits" in letter.get_data(
        as_text=True
    )


def test_a_copied_code_behind_another_host_is_refused_in_red(client: FlaskClient, pair) -> None:
    copied = f"https://foreign.example/c/{to_digits(pair.code.token)}"
    answer = client.get("/p", query_string={"number": copied})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'class="verdict bad"' in page, "foreign.example" in page) == (400, True, True)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("wxp://f2f0dWXUSpaRjSlOcWv3", "付款码"),
        ("WIFI:T:WPA;S:Guest;;", "无线网络码"),
        ("https://www.example.net/a?b=1", "其他网址（www.example.net）"),
        ("91500107M000001A9R", "统一社会信用代码"),
    ],
)
def test_what_is_no_code_is_called_what_it_is_beside_the_form(client: FlaskClient, text: str, called: str) -> None:
    page = client.get("/p", query_string={"number": text}).get_data(as_text=True)
    assert f"这是{called}，不是亮证牌的编号" in page
    assert 'class="verdict' not in page


def test_a_word_is_told_how_long_a_number_is(client: FlaskClient) -> None:
    page = client.get("/p", query_string={"number": "hello"}).get_data(as_text=True)
    assert "编号应为 17 位" in page and 'class="verdict' not in page
