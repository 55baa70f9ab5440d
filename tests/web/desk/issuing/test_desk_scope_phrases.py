"""Standard phrases of business scopes at the desk."""

from __future__ import annotations

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, desk_app, desk_services, elsewhere

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere"]


@pytest.fixture
def shop(clerk: Browser) -> str:
    """An application of the trade that has no phrases of its own."""
    application = clerk.start()
    clerk.send(f"{application}/trade", {"trade": "other", "action": "show"})
    return application


def found(clerk: Browser, application: str, words: str) -> str:
    """What a script shows for these words."""
    answer = clerk.client.get(f"{application}/phrases", query_string={"words": words})
    assert answer.status_code == 200
    html = answer.get_json()["html"]
    assert isinstance(html, str)
    return html


@pytest.mark.parametrize(
    ("words", "shown"),
    [("五金", ["五金产品零售", "五金产品批发"]), ("  ", []), ("销售", None), ("没有这样的", []), ("<b>", [])],
)
def test_at_most_twelve_phrases_are_found_each_with_a_button(
    clerk: Browser, shop: str, words: str, shown: list[str] | None
) -> None:
    html = found(clerk, shop, words)
    count = html.count('name="action"')
    assert count == (12 if shown is None else len(shown))
    assert all(f'value="phrase:{phrase}"' in html for phrase in shown or ())
    assert ("没有找到" in html) is (shown == [] and bool(words.strip()))


def test_a_phrase_that_needs_a_permit_is_told_and_has_no_button(clerk: Browser, shop: str) -> None:
    html = found(clerk, shop, "住宿")
    assert "phrase:住宿服务" not in html
    assert "行业要选“宾馆旅店”" in html


def test_without_scripts_words_are_looked_for_and_phrases_added_and_nothing_typed_is_lost(
    clerk: Browser, shop: str
) -> None:
    typed = {**DETAILS, "business_scope": "日用百货销售。"}
    where = clerk.send(f"{shop}/details", {**typed, "words": "五金", "action": "phrases"}).location
    page = clerk.see(where)
    assert 'value="五金"' in page
    assert f'value="{DETAILS["name"]}"' in page
    added = clerk.send(where, {**typed, "words": "五金", "action": "phrase:五金产品零售"}, page=page).location
    page = clerk.see(added)
    assert "日用百货销售；五金产品零售</textarea>" in page
    assert 'value="phrase:五金产品批发"' in page


@pytest.mark.parametrize("made_up", ["没有这样的表述", ""])
def test_only_standard_phrases_are_added(clerk: Browser, shop: str, made_up: str) -> None:
    clerk.send(f"{shop}/details", {**DETAILS, "business_scope": "门窗销售", "action": f"phrase:{made_up}"})
    assert "门窗销售</textarea>" in clerk.see(f"{shop}/details")


def test_a_trade_with_phrases_of_its_own_has_them_and_no_search(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    assert found(clerk, application, "五金") == found(clerk, application, "")
    page = clerk.see(f"{application}/details")
    assert "phrase-words" not in page
    assert "phrase:住宿服务" in page


def test_another_office_looks_for_nothing_here(elsewhere: Browser, shop: str) -> None:
    assert elsewhere.client.get(f"{shop}/phrases?words=五金").status_code in {403, 404}
