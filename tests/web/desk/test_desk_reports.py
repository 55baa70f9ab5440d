"""Reports at the desk: what each sees of them, and steps that somebody else was faster with."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from desk_pages import Browser, clerk, colleague, desk_app, desk_services, elsewhere, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.identifiers import CodeId
from licence_qr.services.feedback.reports import SentReport

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]

PHONE = "13911112222"
FORMS = iter(range(1, 100))


def sent(services: Services, text: str, at: datetime | None = None, office: str = "baishiyi") -> str:
    """A report about a place at Baishiyi; its address at the desk."""
    now = at or datetime.now(UTC)
    form = f"desk-{next(FORMS)}"
    typed = SentReport(form, "hygiene", text, PHONE, None, place="示例路1号", office=office)
    made = services.reports.send(typed, f"192.0.2.{form[5:]}", now)
    with services.database.read() as tx:
        row = tx.one("SELECT report_id FROM reports WHERE number = ?", (made.value,))
    assert row
    return f"/desk/reports/{row['report_id']}"


@pytest.fixture
def report(desk_services: Services) -> str:
    """A report that has just come in."""
    return sent(desk_services, "床单没有换")


def test_a_colleague_who_was_faster_is_seen_and_nothing_typed_is_lost(
    clerk: Browser, colleague: Browser, report: str
) -> None:
    outdated = clerk.see(report)
    assert colleague.send(report, {"step": "contacted", "text": "同事先联系了"}).status_code == 303
    overtaken = clerk.client.post(report, data=filled(outdated, step="answered", answer="我写的答复"))
    page = html.unescape(overtaken.get_data(as_text=True))
    assert overtaken.status_code == 409
    assert "同事先联系了" in page and "我写的答复" in page and "colleague（示例）" in page
    again = clerk.client.post(report, data=filled(page, step="answered", answer="我写的答复"))
    assert again.status_code == 303


def filled(page: str, **typed: str) -> dict[str, str]:
    """The hidden fields of the first form of a page, and what is typed into it."""
    names = ("csrf_token", "revision")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in names}
    return {**{name: match[1] for name, match in found.items() if match}, **typed}


@pytest.mark.parametrize("revision", ["", "x", "²", "-1", "9" * 400])
def test_a_revision_that_is_none_is_out_of_date(clerk: Browser, report: str, revision: str) -> None:
    data = {**filled(clerk.see(report)), "step": "noted", "text": "示例", "revision": revision}
    assert clerk.client.post(report, data=data).status_code == 409


def test_an_answer_that_gives_away_the_contact_is_marked_at_its_field(clerk: Browser, report: str) -> None:
    answer = clerk.send(report, {"step": "answered", "answer": f"已致电 {PHONE}"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#answer"' in page and 'id="answer-error"' in page


def test_a_step_without_a_choice_is_marked_at_the_first_button(clerk: Browser, report: str) -> None:
    answer = clerk.send(report, {"text": "没有选"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#step"' in page and "没有选" in page


def test_what_is_passed_on_leads_back_to_the_list_and_is_out_of_reach(
    clerk: Browser, elsewhere: Browser, report: str
) -> None:
    answer = clerk.send(report, {"step": "reassigned", "text": "不归本镇", "office": "jinfeng"})
    assert (answer.status_code, answer.location) == (303, "/desk/reports")
    clerk.see(report, status=403)
    assert "不归本镇" in elsewhere.see(report)


def test_a_supervisor_passes_on_and_reads_no_contact(desk_app: Flask, desk_services: Services, report: str) -> None:
    supervisor = signed_in(desk_app, desk_services, "supervisor")
    page = supervisor.see(report)
    assert PHONE not in page and "床单没有换" in page
    assert 'name="answer"' not in page
    offered = set(re.findall(r'name="step" type="radio" value="(\w+)"', page))
    assert offered == {"noted", "reassigned"}


def test_overdue_reports_stand_first_and_say_so_in_words(clerk: Browser, desk_services: Services) -> None:
    fresh = sent(desk_services, "新的")
    old = sent(desk_services, "旧的", at=datetime.now(UTC) - timedelta(days=60))
    page = clerk.see("/desk/reports")
    assert page.index(f'href="{old}"') < page.index(f'href="{fresh}"')
    assert "已逾期" in page
    assert "已逾期" in clerk.see(old) and "已逾期" not in clerk.see(fresh)


def test_a_closed_report_leaves_the_list_and_takes_a_note(clerk: Browser, report: str) -> None:
    assert clerk.send(report, {"step": "dismissed", "text": "广告"}).status_code == 303
    assert f'href="{report}"' not in clerk.see("/desk/reports")
    assert f'href="{report}"' in clerk.see("/desk/reports?closed=yes")
    assert clerk.send(report, {"step": "noted", "text": "备查"}).status_code == 303
    refused = clerk.send(report, {"step": "contacted", "text": "太晚了"})
    assert refused.status_code == 409
    assert "备注" in refused.get_data(as_text=True)


def test_a_call_back_that_reached_nobody_is_not_called_done(
    clerk: Browser, desk_app: Flask, desk_services: Services, report: str
) -> None:
    clerk.send(report, {"step": "answered", "answer": "已处理"})
    clerk.send(report, {"step": "closed", "text": "三次未接"})
    with desk_services.database.read() as tx:
        row = tx.one("SELECT number FROM reports WHERE report_id = ?", (report.rpartition("/")[2],))
    assert row
    receipt = desk_app.test_client().get(f"/reports/{CodeId(row['number']).number}").get_data(as_text=True)
    for page in (receipt, clerk.see(report)):
        assert page.count("已完成") == 2 and "未能联系上" in page
    assert "三次未接" not in receipt


def test_what_waits_is_on_the_work_list(clerk: Browser, desk_services: Services) -> None:
    old = sent(desk_services, "旧的", at=datetime.now(UTC) - timedelta(days=60))
    assert f'href="{old}"' in clerk.see("/desk/work?kind=report_to_contact")


def test_a_report_of_no_office_waits_for_a_supervisor(
    desk_app: Flask, desk_services: Services, clerk: Browser, report: str
) -> None:
    with desk_services.database.write() as tx:
        tx.run("UPDATE reports SET office = '' WHERE report_id = ?", (report.rpartition("/")[2],))
    clerk.see(report, status=403)
    supervisor = signed_in(desk_app, desk_services, "supervisor")
    assert "还没有办理窗口" in supervisor.see("/desk/reports")
    supervisor.send(report, {"step": "reassigned", "text": "归白市驿", "office": "baishiyi"})
    assert "床单没有换" in clerk.see(report)


def test_the_pages_speak_english_too(clerk: Browser, report: str) -> None:
    assert "Reports" in clerk.see("/desk/reports?lang=en")
    assert "What was reported" in clerk.see(f"{report}?lang=en")


def flood(services: Services, texts: list[str], client: str, office: str) -> None:
    """Reports about one place from one network."""
    for text in texts:
        typed = SentReport(f"flood-{next(FORMS)}", "hygiene", text, "", None, place="示例路2号", office=office)
        services.reports.send(typed, client, datetime.now(UTC))


def test_many_from_one_network_are_one_line_read_together_and_dismissed_but_for_the_ones_kept(
    elsewhere: Browser, desk_services: Services
) -> None:
    flood(desk_services, [f"灌水<b>{n}" for n in range(6)] + ["如实的一件"], "198.51.100.9", "jinfeng")
    listed = elsewhere.see("/desk/reports")
    assert "同一网络当天提交 7 件" in listed
    [together] = re.findall(r'href="(/desk/reports/\d+/alike)"', listed)
    page = elsewhere.see(together)
    assert "灌水&lt;b&gt;5" in page and "如实的一件" in page
    shown = re.findall(r'name="shown" value="(\d+)"', page)
    assert len(shown) == 7 and "保留办理" in page
    assert "当天没有编号的共 7 件" in elsewhere.see(f"/desk/reports/{shown[-1]}")
    data = {"csrf_token": filled(page)["csrf_token"], "shown": shown, "keep": shown[-1:]}
    unsaid = elsewhere.client.post(together, data=data)
    assert unsaid.status_code == 422
    assert 'href="#text"' in unsaid.get_data(as_text=True) and f'value="{shown[-1]}" checked' in unsaid.get_data(
        as_text=True
    )
    assert elsewhere.client.post(together, data=data | {"text": "重复提交"}).status_code == 303
    listed = elsewhere.see("/desk/reports")
    assert "不予处理 6 件" in listed and "同一网络" not in listed
    assert f"/desk/reports/{shown[-1]}" in listed
    assert "同一网络提交的都已办结" not in elsewhere.see(together)


@pytest.mark.parametrize("shown", ["", "x", "-1", "9" * 400, "1"])
def test_what_was_not_shown_is_not_dismissed(elsewhere: Browser, desk_services: Services, shown: str) -> None:
    flood(desk_services, [f"灌水 {n}" for n in range(5)], f"198.51.100.{20 + len(shown) % 100}", "jinfeng")
    together = re.findall(r'href="(/desk/reports/\d+/alike)"', elsewhere.see("/desk/reports"))[-1]
    data = {"csrf_token": filled(elsewhere.see(together))["csrf_token"], "shown": shown, "text": "重复提交"}
    assert elsewhere.client.post(together, data=data).status_code == 303
    assert "不予处理 0 件" in elsewhere.see(together)


def test_all_about_one_business_are_on_a_page_of_their_own(clerk: Browser, report: str) -> None:
    for about in ("none", "91500107M000001A9R", "x" * 500, "\x00"):
        page = clerk.client.get("/desk/reports", query_string={"about": about})
        assert page.status_code == 200
        assert (report in page.get_data(as_text=True)) == (about == "none")
