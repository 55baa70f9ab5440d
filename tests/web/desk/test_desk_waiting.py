"""Rows of an import that wait, decided at the desk."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_pages import Browser, clerk, desk_app, desk_services, elsewhere
from import_register import export

from licence_qr.bootstrap import Services
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.roles import AT_THE_MACHINE

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere"]

DATA = Path(__file__).parents[2] / "data"
REASON = "已电话核实（示例）"


@pytest.fixture(scope="module", autouse=True)
def imported(desk_services: Services) -> None:
    """Both departments' exports have been imported."""
    market, health = DATA / "market_licences.csv", DATA / "health_permits.xlsx"
    desk_services.importing.import_departments(
        export(market.name, market.read_bytes()),
        export(health.name, health.read_bytes()),
        AT_THE_MACHINE,
        datetime.now(UTC),
    )


@pytest.fixture
def question(clerk: Browser) -> str:
    """The address of the oldest question that is open."""
    return addresses(clerk)[0]


def addresses(browser: Browser) -> list[str]:
    """The questions on the list."""
    return re.findall(r'href="(/desk/waiting-rows/\d+)"', browser.see("/desk/waiting-rows"))


def choices(page: str) -> list[str]:
    """What can be decided."""
    return re.findall(r'name="decision" type="radio" value="([^"]+)"', page)


def test_the_start_page_says_how_many_wait(clerk: Browser) -> None:
    assert f"有 {len(addresses(clerk))} 行导入数据" in clerk.see("/desk/")


def test_both_sides_stand_beside_each_other_and_differences_are_marked_in_words(clerk: Browser) -> None:
    pages = [clerk.see(address) for address in addresses(clerk)]
    differing = [page for page in pages if 'class="differs"' in page]
    assert differing
    for page in differing:
        row = re.search(r'<tr role="row" class="differs">(.*?)</tr>', page, re.DOTALL)
        assert row
        assert "不同" in row[1]
        left, right = re.findall(r'<td role="cell" class="as-typed">(.*?)</td>', row[1], re.DOTALL)
        assert html.unescape(left) != html.unescape(right)


def test_a_decision_without_a_reason_is_refused_and_stays_chosen(clerk: Browser, question: str) -> None:
    choice = choices(clerk.see(question))[-1]
    answer = clerk.send(question, {"decision": choice, "reason": " "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#reason"' in page
    assert re.search(rf'value="{choice}" checked', page)


def test_a_reason_without_a_decision_is_refused_and_stays_written(clerk: Browser, question: str) -> None:
    answer = clerk.send(question, {"reason": REASON})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#decision"' in page
    assert REASON in page


def test_a_row_is_decided_after_its_check_only(clerk: Browser, question: str) -> None:
    page = clerk.see(question)
    check, back = clerk.check_and_back(question, {"decision": choices(page)[-1], "reason": REASON}, page)
    assert "涉及的行" in check.text and REASON in check.text
    assert REASON in back.text and question in addresses(clerk)


def test_what_is_decided_leaves_the_list_and_cannot_be_decided_again(clerk: Browser, question: str) -> None:
    page = clerk.see(question)
    decided = {"decision": choices(page)[-1], "reason": REASON}
    answer = clerk.send(question, decided, page=page)
    assert answer.status_code == 303
    assert "涉及的行" in clerk.see(answer.location)
    assert question not in addresses(clerk)
    again = clerk.send(question, {**decided, "reason": "另一个理由"}, page=page)
    assert again.status_code == 409
    assert REASON in again.get_data(as_text=True)
    assert "已经裁定" in clerk.see(question)


def test_another_offices_questions_are_out_of_reach(clerk: Browser, elsewhere: Browser, question: str) -> None:
    assert question not in addresses(elsewhere)
    elsewhere.see(question, status=403)


def test_a_question_that_never_was_is_not_found(clerk: Browser) -> None:
    clerk.see("/desk/waiting-rows/999999", status=404)


def test_the_pages_speak_english_too(clerk: Browser) -> None:
    assert "Import review" in clerk.see("/desk/waiting-rows?lang=en")


def exports(state: str) -> tuple[bytes, bytes]:
    """A licence and its one permit, which is in that state."""
    licence = {
        "uscc": "91500107M000001A9R",
        "name": "重庆演示酒店管理有限公司",
        "entity_type": "有限责任公司",
        "principal": "陈样",
        "established_on": "2019-03-01",
        "address": "重庆市九龙坡区白市驿镇演示路1号",
        "business_scope": "住宿服务",
        "authority": "重庆市市场监督管理局高新区分局",
        "issued_on": "2021-06-01",
        "state": "存续",
    }
    permit = {
        "permit_no": "渝高新卫公证字〔2022〕第00901号",
        "items": "宾馆",
        "authority": "重庆高新区公共服务局",
        "issued_on": "2022-05-01",
        "valid_from": "2022-05-01",
        "valid_to": "2099-04-30",
        "state": state,
        "office": "白市驿镇",
    }
    both = {key: licence[key] for key in ("uscc", "name", "principal", "address")} | permit
    return one_row(licence, MARKET_COLUMNS), one_row(both, HEALTH_COLUMNS)


def one_row(cells: dict[str, str], columns: Mapping[str, str]) -> bytes:
    """A CSV file with one row below its headings."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([columns.values(), [cells.get(key, "") for key in columns]])
    return out.getvalue().encode()


def test_a_suspension_in_a_file_is_said_to_take_two_people_and_leads_to_a_proposal(
    clerk: Browser, desk_services: Services
) -> None:
    before = set(addresses(clerk))
    for state in ("有效", "停业整顿"):
        market, health = exports(state)
        desk_services.importing.import_departments(
            export("m", market), export("h", health), AT_THE_MACHINE, datetime.now(UTC)
        )
    [question] = set(addresses(clerk)) - before
    page = clerk.see(question)
    assert "须由两人办理" in page
    assert "needs two people" in clerk.see(question + "?lang=en")
    clerk.see(question + "?lang=zh")
    answer = clerk.send(question, {"decision": "take_file", "reason": REASON}, page=page)
    assert answer.status_code == 303
    found = re.search(r"第 (\d+) 号提议待另一人决定", clerk.see(answer.location))
    assert found
    assert "由部门导出文件中的一行引出" in clerk.see(f"/desk/proposals/{found[1]}")
    assert "须由两人办理" not in clerk.see(question)
