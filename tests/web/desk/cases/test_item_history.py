"""The history of a business says what became of its items, in words, and of the inner part nothing to other offices."""

from __future__ import annotations

import pytest
from desk_case import CERTIFICATE, DeskCase, open_desk_case
from desk_pages import Browser, clerk, desk_app, desk_services
from flask import Flask

from licence_qr.bootstrap import Services

__all__ = ["clerk", "desk_app", "desk_services"]


@pytest.fixture(scope="module")
def case(desk_app: Flask, desk_services: Services) -> DeskCase:
    """A hotel whose fire check was asked for more and granted, and one certificate shown."""
    case = open_desk_case(desk_app, desk_services, "重庆示例事项有历史酒店有限公司")
    fire, address = case.browser("fire"), case.address("fire_check")
    fire.press(address, f"{address}/take")
    fire.send(f"{address}/more", {"words": "缺疏散平面图"})
    typed = {**CERTIFICATE, "permit_no": "渝演消历史号", "action": "record"}
    case.visited("fire_check", fire)
    fire.send(f"{address}/grant", typed)
    shown = f"{case.address('high_risk_sport')}/shown"
    case.browser("clerk").send(shown, {**typed, "permit_no": "高危体育历史号"})
    return case


def history_of(case: DeskCase, browser: Browser, language: str = "zh") -> str:
    return browser.see(f"/desk/businesses/{case.uscc}/history?lang={language}")


def test_each_step_is_told_with_the_name_of_its_permit(case: DeskCase, clerk: Browser) -> None:
    page = history_of(case, clerk)
    for words in (
        "受理一业一证申请，列出事项",
        "特种行业许可证（旅馆业）：已推送，待部门接收",
        "事项进展",
        "部门办理中",
        "待申请人补正",
        "缺疏散平面图",
        "登记出示的证件",
        "高危体育历史号",
        "fire（示例）",
    ):
        assert words in page
    for raw in ("more_asked", "on_register", "permit_type", "high_risk_sport", "item/"):
        assert raw not in page.partition("<main")[2]


def test_in_english_too(case: DeskCase, clerk: Browser) -> None:
    page = history_of(case, clerk, "en")
    assert "waiting for the applicant" in page
    assert "Certificate shown at the counter recorded" in page


def test_another_office_reads_neither_what_was_asked_nor_who_asked(case: DeskCase) -> None:
    page = history_of(case, case.browser("elsewhere"))
    assert "事项进展" in page
    for inner in ("缺疏散平面图", "fire（示例）", "高危险性体育项目经营许可证：本系统未登记"):
        assert inner not in page


def test_the_auditors_list_names_an_item_by_its_permit(case: DeskCase) -> None:
    page = case.browser("auditor").see("/desk/audit?account=fire")
    assert "事项 公众聚集场所投入使用、营业前消防安全检查" in page
