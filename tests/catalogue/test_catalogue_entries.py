"""The entries that come with the package say what the rules of the trade say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.catalogue.model import Regime

LISTED = [kind for kind in CATALOGUE.kinds.values() if kind.group > 0]
THE_28 = (
    "宾馆 饭馆 旅店 招待所 车马店 咖啡馆 酒吧 茶座 公共浴室 理发店 美容店 影剧院 录像厅（室） 游艺厅（室） 舞厅 音乐厅 "
    "体育场（馆） 游泳场（馆） 公园 展览馆 博物馆 美术馆 图书馆 商场（店） 书店 候诊室 候车（机、船）室 公共交通工具"
).split()


def licensed_on(day: date) -> set[str]:
    return {k.name.zh for k in LISTED if (rule := k.regime_on(day)) and rule.regime is Regime.LICENSED}


def test_the_28_kinds_stand_in_their_7_groups() -> None:
    assert [kind.name.zh for kind in LISTED] == THE_28
    assert [sum(kind.group == group for kind in LISTED) for group in range(1, 8)] == [8, 3, 5, 3, 4, 2, 3]


def test_21_kinds_were_licensed_in_2021_and_14_are_since_2025() -> None:
    assert len(licensed_on(date(2021, 6, 1))) == 21
    assert len(licensed_on(date(2025, 1, 19))) == 21
    assert len(licensed_on(date(2025, 1, 20))) == 14
    assert len(licensed_on(date(2026, 11, 23))) == 14


def test_seven_kinds_file_since_20_january_2025() -> None:
    changed = licensed_on(date(2025, 1, 19)) - licensed_on(date(2025, 1, 20))
    assert changed == {"录像厅（室）", "音乐厅", "展览馆", "博物馆", "美术馆", "图书馆", "书店"}
    for kind in LISTED:
        rule = kind.regime_on(date(2025, 1, 20))
        assert rule is not None
        assert (rule.regime is Regime.FILING) == (kind.name.zh in changed)


def test_the_four_of_catering_and_the_three_exempt_kinds_need_none_today() -> None:
    none = {k.name.zh for k in LISTED if (r := k.regime_on(date(2026, 11, 23))) and r.regime is Regime.NONE}
    assert none == {"饭馆", "咖啡馆", "酒吧", "茶座", "体育场（馆）", "公园", "公共交通工具"}


def test_what_is_no_public_place_is_there_to_say_why() -> None:
    outside = [kind for kind in CATALOGUE.kinds.values() if kind.group == 0]
    assert {kind.name.zh for kind in outside} == {"美甲", "医疗美容", "汗蒸", "棋牌", "健身"}
    for kind in outside:
        rule = kind.regime_on(date(2026, 11, 23))
        assert rule is not None and rule.regime is Regime.NONE and "28" in rule.basis.en


@given(st.dates(date(1987, 4, 1), date(2199, 12, 31)))
def test_every_day_has_exactly_one_rule_for_every_kind(day: date) -> None:
    for kind in CATALOGUE.kinds.values():
        assert sum(day in rule.period for rule in kind.regimes) == 1, kind.id


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("足浴", "公共浴室"),
        ("温泉", "公共浴室"),
        ("歌舞厅", "舞厅"),
        ("KTV", "舞厅"),
        ("ktv", "舞厅"),
        ("宾馆", "宾馆"),
        ("旅店", "旅店"),
        ("公共浴室", "公共浴室"),
        ("游泳场（馆）", "游泳场（馆）"),
        ("游泳场(馆)", "游泳场（馆）"),
        ("商场（店）", "商场（店）"),
        ("影剧院", "影剧院"),
        ("招待所", "招待所"),
        ("美容店", "美容店"),
        ("理发店", "理发店"),
        ("公园", "公园"),
        ("咖啡馆", "咖啡馆"),
    ],
)
def test_names_that_registers_use_lead_to_a_kind(written: str, kind: str) -> None:
    found = CATALOGUE.kind_by_name(written)
    assert found is not None and found.name.zh == kind


def test_an_unknown_name_leads_to_no_kind() -> None:
    assert CATALOGUE.kind_by_name("天文馆") is None


def test_shops_fall_under_the_rule_by_an_area_that_each_office_has() -> None:
    shop = CATALOGUE.kind_by_name("商场（店）")
    assert shop is not None
    assert {office: shop.min_area_at(office) for office in CATALOGUE.windows} == {
        "baishiyi": 200,
        "bafu": 200,
        "jinfeng": 200,
        "xiyong": 300,
    }
    assert CATALOGUE.kinds["hotel"].min_area_at("jinfeng") is None


def test_the_four_offices_may_issue_both_permits_on_every_day_of_the_pilot() -> None:
    assert {office.region for office in CATALOGUE.windows.values()} == {
        "500107105",
        "500107108",
        "500107104",
        "500106017",
    }
    for office in CATALOGUE.windows:
        for permit_type in ("business_licence", "hygiene_permit"):
            for days in range(0, 365 * 10, 7):
                day = date(2021, 1, 1) + timedelta(days)
                assert CATALOGUE.delegation(office, permit_type, day) is not None
            assert CATALOGUE.delegation(office, permit_type, date(2020, 12, 31)) is None
            assert CATALOGUE.delegation(office, permit_type, date(2031, 1, 1)) is None
        assert CATALOGUE.delegation(office, "food", date(2026, 11, 23)) is None


def test_every_notice_number_says_that_it_is_a_demonstration() -> None:
    numbers = [delegation.notice_no for delegation in CATALOGUE.delegations]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("演示") for number in numbers)


def test_wire_ids_never_change() -> None:
    """They stand in printed codes: a row may be added here, none may be altered."""
    assert {t.id: t.wire_id for t in CATALOGUE.permit_types.values()} == {
        "business_licence": 1,
        "hygiene_permit": 2,
        "food": 3,
        "fire_check": 4,
        "special_trade": 5,
        "entertainment": 6,
        "high_risk_sport": 7,
        "film_projection": 8,
        "publications": 9,
        "tobacco": 10,
        "drugs": 11,
        "hygiene_filing": 12,
        "food_filing": 13,
        "medical_institution": 14,
    }
    assert {t.wire_id: t.pattern for t in CATALOGUE.number_templates} == {
        1: "渝高新卫公证字〔{year}〕第{serial:05d}号",
        2: "渝高新卫公备字〔{year}〕第{serial:05d}号",
    }


@given(st.integers(1000, 9999), st.integers(1, 999_999))
def test_a_permit_number_is_read_back_as_it_was_written(year: int, serial: int) -> None:
    template = CATALOGUE.number_templates[0]
    assert template.parse(template.render(year, serial)) == (year, serial)


def test_a_hygiene_permit_lasts_four_years() -> None:
    assert CATALOGUE.permit_types["hygiene_permit"].months == 48


def test_there_are_at_least_ten_trades_and_each_kind_has_one() -> None:
    assert len(CATALOGUE.trades) >= 10
    assert {kind for trade in CATALOGUE.trades.values() for kind in trade.kinds} == set(CATALOGUE.kinds)


def test_the_notice_names_all_that_a_notice_must() -> None:
    notice = CATALOGUE.notice("hygiene_permit", date(2026, 11, 23))
    assert notice is not None
    for part in ("许可事项", "法律依据", "许可条件", "材料", "期限", "后果", "承诺", "2个月", "演示"):
        assert part in notice.text


def test_the_text_of_a_notice_never_changes() -> None:
    """People signed these very texts: to change one, add a new version."""
    assert {notice.version: notice.sha256 for notice in CATALOGUE.notices} == {
        "2021-1": "90cdb0025eb4f7f223dc63f8c4a447fae9a35325df18891a975e276fc59bca11",
        "2025-1": "17790253f39c27dbb29dfb29fe8189ef5599a12aa726032a3a6d18dd0782b884",
    }


def test_the_documentation_lists_every_id_that_people_write() -> None:
    text = (Path(__file__).parents[2] / "docs" / "trade" / "catalogue.md").read_text(encoding="utf-8")
    for entry in (*CATALOGUE.trades, *CATALOGUE.offices, *CATALOGUE.kinds):
        assert f"| `{entry}` |" in text
