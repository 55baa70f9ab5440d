"""What a citizen reads: one verdict, every permit, and refusals that say what to do."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from public_pages import ADDRESS_OF, IN_FORCE, NUMBER, PAGES, PERMIT, STATES, read

from licence_qr.domain.publishing.public_page import PublicPage, Verdict
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.web.public import page_words
from licence_qr.web.shell import words
from licence_qr.web.shell.templates import render

WORDS = re.compile(r"<h1>([^<]+)")
TONE = re.compile(r'<div class="verdict (\w+)">')


def verdict(page: str) -> tuple[str, str]:
    """Words and tone of the verdict, of which there is exactly one."""
    (tone,), (said,) = TONE.findall(page), WORDS.findall(page)
    return said.strip(), tone


def shown(page: PublicPage, app: Flask, lang: str = "zh") -> str:
    """The page of these facts, in Chinese unless told otherwise."""
    with app.test_request_context(f"/?lang={lang}"):
        app.preprocess_request()  # which chooses the language; without it the last request's choice would stand
        return render("public/page.html", page=page, headline=page_words.headline(page), say=page_words, before=None)


@pytest.mark.parametrize(
    ("state", "said", "tone"),
    [
        ("in_force", "核验通过，证照均有效", "good"),
        ("by_number", "登记在册，证照均有效", "plain"),
        ("incomplete", "核验通过，所需许可记载不全", "care"),
        ("marked", "核验通过，列入严重违法失信名单", "care"),
        ("lost_print", "这张亮证牌已声明作废", "bad"),
        ("expiring", "核验通过，证照均有效", "good"),
        ("licence_only", "核验通过，仅有营业执照", "plain"),
        ("expired", "核验通过，有许可已失效", "bad"),
        ("revoked", "核验通过，有许可已失效", "bad"),
        ("suspended", "核验通过，有许可被暂停", "bad"),
        ("pending", "核验通过，有许可尚未生效", "care"),
        ("not_yet_valid", "核验通过，有许可尚未生效", "care"),
        ("dormant", "核验通过，正在歇业", "care"),
        ("licence_revoked", "执照已失效", "bad"),
        ("licence_cancelled", "执照已失效", "bad"),
        ("moved_out", "已迁往其他登记机关，本亮证牌停用", "bad"),
        ("old_print", "这是旧版亮证牌", "care"),
        ("forged", "核验未通过，不可采信", "bad"),
        ("unknown", "未查到", "unknown"),
        ("differs", "不能确认", "bad"),
        ("unreachable", "现在无法查询", "unknown"),
        ("unreachable_genuine", "现在无法查询", "unknown"),
    ],
)
def test_the_verdict_in_words_and_tone(client: FlaskClient, state: str, said: str, tone: str) -> None:
    assert verdict(read(client, state)) == (said, tone)


def test_a_sign_tells_the_tones_apart_without_colour() -> None:
    headlines = [page_words.headline(page) for page in PAGES.values()]
    tones = {headline.tone: {each.sign for each in headlines if each.tone is headline.tone} for headline in headlines}
    assert len(tones) == 4
    assert all(tones[one].isdisjoint(tones[other]) for one in tones for other in tones if one is not other)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_a_page_with_everything_in_force_is_green(client: FlaskClient, lang: str) -> None:
    green = {state for state in STATES if 'class="verdict good"' in read(client, state, lang)}
    in_force = {state for state, page in PAGES.items() if page.verdict is Verdict.ALL_IN_FORCE}
    assert green == in_force - {"by_number"}


def test_an_old_print_says_so_and_shows_what_is_true_today(client: FlaskClient) -> None:
    page = read(client, "old_print")
    assert "现行的是第 3 版。今天：证照均有效。" in page
    assert "第 2 版" in page
    assert "（现行）" not in page
    assert PERMIT.permit_no in page


@pytest.mark.parametrize(("today", "tone"), [("in_force", "care"), ("revoked", "bad"), ("licence_cancelled", "bad")])
def test_an_old_print_is_as_grave_as_what_is_true_today(app: Flask, today: str, tone: str) -> None:
    page = replace(PAGES[today], verdict=Verdict.OLD_PRINT, newest_version=3)
    assert verdict(shown(page, app)) == ("这是旧版亮证牌", tone)


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([PermitStatus.SUSPENDED, PermitStatus.PENDING], "核验通过，有许可被暂停"),
        ([PermitStatus.PENDING, PermitStatus.EXPIRED, PermitStatus.SUSPENDED], "核验通过，有许可已失效"),
        ([PermitStatus.EFFECTIVE, PermitStatus.NOT_YET_VALID], "核验通过，有许可尚未生效"),
    ],
)
def test_the_gravest_permit_speaks_for_the_page(app: Flask, statuses: list[PermitStatus], said: str) -> None:
    permits = tuple(replace(PERMIT, status=status) for status in statuses)
    page = replace(IN_FORCE, verdict=Verdict.ATTENTION, today=Verdict.ATTENTION, permits=permits)
    assert verdict(shown(page, app))[0] == said


def test_every_permit_stands_on_a_card_after_the_licence(client: FlaskClient) -> None:
    page = read(client, "several")
    numbers = ["91500107M000001A9R", *(permit.permit_no for permit in PAGES["several"].permits)]
    places = [page.index(number) for number in numbers]
    assert places == sorted(places)
    assert page.count("<article") == len(numbers)


def test_a_card_says_all_that_a_citizen_needs(client: FlaskClient) -> None:
    card = read(client, "in_force").split("<article")[2]
    for text in (
        PERMIT.permit_no,
        PERMIT.items,
        PERMIT.authority.zh,
        PERMIT.office.zh,
        "2025年1月5日 至 2029年1月4日",
        "有效",
        "A 级（优秀），2025年6月12日评定",
        "已于2025年2月20日现场核查",
    ):
        assert text in card


def test_a_permit_that_was_not_checked_yet_says_until_when_it_will_be(client: FlaskClient) -> None:
    page = read(client, "unchecked")
    assert "至迟于2025年3月5日完成现场核查" in page
    assert "未评级" in page


@pytest.mark.parametrize(("left", "said"), [(0, "今天到期"), (1, "还有 1 天到期"), (42, "还有 42 天到期")])
def test_the_days_left_are_counted_to_the_last_day(app: Flask, left: int, said: str) -> None:
    permit = replace(PERMIT, status=PermitStatus.EXPIRING_SOON, days_left=left)
    assert said in shown(replace(IN_FORCE, permits=(permit,)), app)


def test_a_check_that_is_overdue_is_said_to_be_missing(client: FlaskClient) -> None:
    assert "应至迟于2026年11月1日完成现场核查，尚未核查。" in read(client, "overdue_check")
    assert "on-site inspection was due by 1 November 2026 and has not taken place" in read(
        client, "overdue_check", "en"
    )


def test_nobody_waits_for_the_check_of_a_permit_that_has_ended(app: Flask) -> None:
    ended = replace(PAGES["annulled"].permits[0], checked_on=None)
    page = shown(replace(PAGES["annulled"], permits=(ended,)), app)
    assert "当场许可。" in page and "现场核查" not in page


def test_a_suspended_permit_says_since_when_and_an_annulled_one_that_it_never_was(client: FlaskClient) -> None:
    assert "停业整顿" in read(client, "suspended") and "2026年10月8日" in read(client, "suspended")
    assert "2026年10月8日决定；自始无效" in read(client, "annulled")
    assert "void from the start" in read(client, "annulled", "en")
    assert "自始无效" not in read(client, "revoked")


def test_a_record_closed_after_another_end_names_both(client: FlaskClient) -> None:
    page = read(client, "closed_after_annulment")
    assert page.count("已撤销，已注销") == 2 and "自始无效" in page  # on top, and on the card
    assert "annulled, then cancelled" in read(client, "closed_after_annulment", "en")


def test_silence_that_counts_as_consent_is_said_to(client: FlaskClient) -> None:
    assert verdict(read(client, "deemed_renewed")) == ("核验通过，证照均有效", "good")
    assert "视为准予延续" in read(client, "deemed_renewed")
    assert "视为准予延续" not in read(client, "in_force")


def test_marks_are_shown_with_their_days_and_end_nothing_but_the_green(client: FlaskClient) -> None:
    page = read(client, "marked")
    assert "列入经营异常名录，自2026年7月1日起" in page
    assert "列入严重违法失信名单，2026年8月1日至2029年7月31日" in page
    assert verdict(page) == ("核验通过，列入严重违法失信名单", "care")
    assert PERMIT.permit_no in page and "存续（在营）" in page


def test_the_last_inspection_is_told_by_its_day_and_how_the_order_ended(client: FlaskClient) -> None:
    page = read(client, "marked")
    assert "2026年9月1日" in page and "逾期未整改，2026年9月30日" in page
    assert "最近检查" not in read(client, "in_force")


def test_a_rest_says_from_when_to_when(client: FlaskClient) -> None:
    assert "自2026年6月1日起，至2027年5月31日" in read(client, "dormant")


def test_a_problem_is_reported_from_here_by_the_number_of_the_code(client: FlaskClient) -> None:
    assert f'href="/p/{NUMBER}/report"' in read(client, "in_force")
    assert '/report"' not in read(client, "forged")  # nothing a forged code says is taken over


@pytest.mark.parametrize("state", ["forged", "unknown"])
def test_a_code_that_is_no_code_of_the_register_is_reported_by_its_place(client: FlaskClient, state: str) -> None:
    assert 'href="/reports/new"' in read(client, state)


def test_several_permits_out_of_force_are_counted(app: Flask) -> None:
    stopped = replace(PERMIT, status=PermitStatus.REVOKED)
    page = replace(IN_FORCE, verdict=Verdict.ATTENTION, permits=(stopped, PERMIT, stopped))
    assert "2 项许可不在有效状态。" in shown(page, app)


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "长期，自2025年8月30日起"), ("en", "no expiry date, from 30 August 2025")]
)
def test_a_permit_without_end_says_so_and_since_when(app: Flask, lang: str, said: str) -> None:
    endless = replace(PERMIT, valid_from=date(2025, 8, 30), valid_to=None, days_left=None)
    assert f"<dd>{said}</dd>" in shown(replace(IN_FORCE, permits=(endless,)), app, lang)


def test_only_a_permit_that_can_be_graded_is_called_not_graded(app: Flask) -> None:
    fire_check = replace(PERMIT, grade="", graded_on=None, scale=None)
    assert "卫生信誉度等级" not in shown(replace(IN_FORCE, permits=(fire_check,)), app)
    assert "未评级" in shown(replace(IN_FORCE, permits=(replace(fire_check, scale=PERMIT.scale),)), app)


def test_each_state_and_form_has_its_words() -> None:
    assert set(words.PERMIT_STATUS) == set(PermitStatus)
    assert set(words.LICENCE_STATE) == set(LicenceState)
    assert set(words.VERDICT) == set(Verdict)
    assert set(words.PRINCIPAL_TITLE) == set(words.DOMICILE_TITLE) == set(EntityForm)


def test_only_what_is_in_force_looks_in_force() -> None:
    good = {status for status, saying in words.PERMIT_STATUS.items() if saying.tone is words.Tone.GOOD}
    assert good == {PermitStatus.EFFECTIVE}
    ended = {state for state, saying in words.LICENCE_STATE.items() if saying.tone is words.Tone.BAD}
    assert ended == {state for state in LicenceState if state.ended}


def test_a_business_without_a_name_is_known_by_its_operator(client: FlaskClient) -> None:
    page = read(client, "unnamed")
    assert "个体工商户 示例甲（无字号）" in page
    assert "经营者" in page
    assert "<dt>经营场所 " in page and "<dt>住所 " not in page
    assert "<dt>住所 " in read(client, "in_force")


def test_both_languages_stand_on_the_page_and_are_marked(client: FlaskClient) -> None:
    chinese, english = read(client, "in_force"), read(client, "in_force", "en")
    assert '<html lang="zh-CN">' in chinese and '<html lang="en">' in english
    assert '营业执照 <span class="also" lang="en">Business licence</span>' in chinese
    assert 'Business licence <span class="also" lang="zh-CN">营业执照</span>' in english
    assert '<span lang="zh-CN">重庆云栖客栈有限公司</span>' in english
    assert "5 January 2025 to 4 January 2029" in english


def test_every_chinese_word_of_an_english_page_is_marked_as_chinese(client: FlaskClient) -> None:
    page = read(client, "several", "en").split("</title>")[1]
    unmarked = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", page)
    assert re.findall(r"[\u4e00-\u9fff]+", unmarked) == []


def test_the_language_is_remembered_and_can_be_changed_back(client: FlaskClient) -> None:
    client.get("/?lang=en")
    assert '<html lang="en">' in client.get("/").get_data(as_text=True)
    client.get("/?lang=zh")
    assert '<html lang="zh-CN">' in client.get("/").get_data(as_text=True)


def test_an_unknown_language_is_ignored(client: FlaskClient) -> None:
    response = client.get("/?lang=xx")
    assert '<html lang="zh-CN">' in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


def test_a_number_is_looked_up_as_people_type_it(client: FlaskClient) -> None:
    response = client.get("/p", query_string={"number": NUMBER.lower().replace("-", " ")})
    assert (response.status_code, response.headers["Location"]) == (303, f"/p/{NUMBER}")


@pytest.mark.parametrize("address", ["/p?number={}", "/p/{}"])
def test_a_mistyped_number_comes_back_with_what_is_wrong(client: FlaskClient, address: str) -> None:
    wrong = NUMBER[:-1] + ("A" if NUMBER[-1] != "A" else "B")
    response = client.get(address.format(wrong))
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "编号的校验位不符" in page
    assert f'value="{wrong}"' in page
    assert 'aria-describedby="number-hint number-wrong" aria-invalid="true"' in page


def test_a_form_sent_empty_says_what_a_number_looks_like(client: FlaskClient) -> None:
    for address in ("/p", "/p?number="):
        response = client.get(address)
        assert response.status_code == 422
        assert "17 位" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("state", "status"), [("forged", 400), ("unknown", 404), ("differs", 409), ("unreachable", 503), ("too_many", 429)]
)
def test_each_refusal_has_its_status_and_says_what_to_do(client: FlaskClient, state: str, status: int) -> None:
    assert client.get(ADDRESS_OF[state]).status_code == status
    pages = {each: read(client, each) for each in ("forged", "unknown", "differs", "unreachable")}
    assert len({verdict(page) for page in pages.values()}) == 4
    assert all("怎么办" in page for page in pages.values())


def test_not_found_is_not_forged(client: FlaskClient) -> None:
    assert "这不等于亮证牌是假的" in read(client, "unknown")
    assert "does not mean the card is forged" in read(client, "unknown", "en")


def test_without_the_register_only_the_signature_is_vouched_for(client: FlaskClient) -> None:
    assert "签名是真的" not in read(client, "unreachable")
    assert "签名是真的" in read(client, "unreachable_genuine")
    assert client.get(ADDRESS_OF["unreachable"]).headers["Retry-After"] == "30"


def test_a_broken_trust_list_of_ours_calls_no_code_forged(client: FlaskClient) -> None:
    assert client.get(ADDRESS_OF["trust_list_broken"]).status_code == 503
    assert verdict(read(client, "trust_list_broken")) == ("现在无法查询", "unknown")


def test_too_many_lookups_say_when_to_come_back(client: FlaskClient) -> None:
    response = client.get(ADDRESS_OF["too_many"])
    assert response.headers["Retry-After"] == "180"
    assert "3 分钟后再试" in response.get_data(as_text=True)


def test_a_specimen_register_says_so_on_every_page(client: FlaskClient) -> None:
    for address in ("/", *ADDRESS_OF.values()):
        if address != ADDRESS_OF["too_many"]:
            assert '<span class="specimen">样张</span>' in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(("lang", "named"), [("zh", "<h2>{}</h2>"), ("en", '<h2><span lang="zh-CN">{}</span></h2>')])
@given(name=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_whatever_a_name_holds_is_shown_as_text(app: Flask, lang: str, named: str, name: str) -> None:
    hostile = f"<script>alert(1)</script>{name}"
    page = replace(
        IN_FORCE,
        licence=replace(IN_FORCE.licence, name=hostile, principal=hostile, business_scope=hostile),
        permits=(replace(PERMIT, items=hostile, permit_no=hostile),),
    )
    html = shown(page, app, lang)
    assert "<script" not in html
    assert named.format(hostile) in unescape(html)


def test_a_change_in_the_register_shows_at_the_next_scan(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    assert verdict(read(client, "in_force")) == ("核验通过，证照均有效", "good")
    monkeypatch.setitem(PAGES, "in_force", PAGES["revoked"])
    assert verdict(read(client, "in_force")) == ("核验通过，有许可已失效", "bad")


def test_the_time_of_the_check_is_that_of_this_scan(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    assert "2026年11月23日 16:20" in read(client, "in_force")
    later = replace(IN_FORCE, checked_at=IN_FORCE.checked_at + timedelta(minutes=1, seconds=59))
    monkeypatch.setitem(PAGES, "in_force", later)
    assert "2026年11月23日 16:21" in read(client, "in_force")


def test_a_long_page_is_compressed_for_those_who_can_read_it(client: FlaskClient) -> None:
    long = client.get(ADDRESS_OF["several"], headers={"Accept-Encoding": "br, gzip"})
    assert long.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(long.data).decode() == read(client, "several")
    assert "Content-Encoding" not in client.get(ADDRESS_OF["several"]).headers
    short = client.get(ADDRESS_OF["in_force"], headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br, gzip;q=0.0, *", "br;q=1, gzip; q=0", "identity, *;q=0"])
def test_a_long_page_is_not_compressed_for_those_who_refuse_it(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get(ADDRESS_OF["several"], headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("accepted", ["gzip;q=0.5", "br;q=1, gzip;q=0.8, *;q=0", "gzip, *;q=0"])
def test_a_weight_above_nothing_is_no_refusal(client: FlaskClient, accepted: str) -> None:
    long = client.get(ADDRESS_OF["several"], headers={"Accept-Encoding": accepted})
    assert long.headers["Content-Encoding"] == "gzip"
