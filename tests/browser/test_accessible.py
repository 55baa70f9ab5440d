"""The checks that the walk over all pages relies on find what is wrong, also after the page has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accessible import violations
from every_page import Walk
from flask import Flask, request
from playwright.sync_api import Browser, Page
from screens import DESK, listening

CLEAN = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1><p id='text'>Text</p></main></html>"
PALE = CLEAN.replace("<p id='text'>", "<p class='pale' style='color: #eee'>")


def test_a_fault_that_comes_later_is_found_and_named(window: Page) -> None:
    window.set_content(CLEAN)
    assert violations(window) == ""
    window.evaluate("() => { document.getElementById('text').innerHTML = '<img src=\"/nothing.png\">' }")
    assert "image-alt" in violations(window)


@pytest.fixture(scope="module")
def one_walker(chromium: Browser) -> Iterator[Walk]:
    context = chromium.new_context(viewport=DESK, bypass_csp=True)
    yield Walk(context.new_page(), thorough=False)
    context.close()


@pytest.fixture
def walker(one_walker: Walk) -> Walk:
    """A walk that has looked at nothing yet."""
    one_walker.forget()
    return one_walker


def faults_of(walk: Walk, name: str, content: str) -> list[str]:
    """What the walk finds on one more page."""
    walk.found = {}
    walk.page.set_content(content)
    walk.look(name)
    return sorted(walk.found)


def test_a_walk_judges_contrast_where_text_stands_in_something_new_and_all_else_where_a_page_is_built_anew(
    walker: Walk,
) -> None:
    assert faults_of(walker, "clean", CLEAN) == []
    assert faults_of(walker, "pale", PALE) == ["pale, axe at 360"]  # as the last page has left it
    assert faults_of(walker, "pale again", PALE.replace("Text", "Other words")) == []
    assert faults_of(walker, "pale within", PALE.replace("Text", "<b>Text</b>")) == ["pale within, axe at 360"]
    unnamed = "<p>Text<img src='/nothing.png'></p>"
    assert faults_of(walker, "unnamed", CLEAN.replace("<h1>", f"{unnamed}<h1>")) == [
        "unnamed, axe at 1280",
        "unnamed, axe at 360",
    ]


def test_a_walk_judges_contrast_where_a_style_knows_an_element_by_its_id_or_its_language(walker: Walk) -> None:
    styled = CLEAN.replace("<main>", "<style>#pale, :lang(zh) #text { color: #eee }</style><main>")
    by_id, by_language = styled.replace("id='text'", "id='pale'"), styled.replace("lang='en'", "lang='zh'")
    for name, content in (("by its id", by_id), ("by its language", by_language)):
        walker.forget()
        assert faults_of(walker, "clean", styled) == []
        assert faults_of(walker, name, content) == [f"{name}, axe at 360"]


@pytest.mark.parametrize(
    ("style", "width"),
    [
        ("@media (max-width: 400px) { #text { color: #eee } }", 360),
        ("@media (min-width: 800px) { #text { color: #eee } }", 1280),
        ("#text { color: #eee } @media (min-width: 800px) { #text { display: none } }", 360),
        ("#text { color: #eee } @media (min-width: 800px) { #text { visibility: hidden } }", 360),
        ("#text { color: #eee } @media (min-width: 800px) { #text { position: absolute; left: -999px } }", 360),
    ],
)
def test_a_walk_judges_contrast_at_the_width_at_which_text_is_shown_otherwise(
    walker: Walk, style: str, width: int
) -> None:
    styled = CLEAN.replace("<main>", f"<style>{style}</style><main>")
    assert faults_of(walker, "styled", styled) == [f"styled, axe at {width}"]


def test_a_walk_looks_again_where_one_word_differs_and_not_where_only_digits_do(walker: Walk) -> None:
    wide = CLEAN.replace("Text", "<span style='display: inline-block; width: 800px'>Text 17</span>")
    assert faults_of(walker, "wide", wide) == ["wide, at 360", "wide, at 768", "wide, text twice as large"]
    assert faults_of(walker, "wide again", wide.replace("17", "18")) == []
    assert faults_of(walker, "other word", wide.replace("Text", "Word")) != []
    assert faults_of(walker, "other title", wide.replace("<title>A page", "<title>Page")) != []


@pytest.mark.parametrize(
    ("built", "otherwise"),
    [
        ("<img src='/nothing.png' alt='A picture'>", "<img src='/nothing.png'>"),
        ("<input aria-label='A name'>", "<input aria-label=' '>"),
        ("<label for='a'>A name</label><input id='a'>", "<label for='b'>A name</label><input id='a'>"),
        ("<button>Send</button>", "<button></button>"),
        ("<a href='/elsewhere'>Elsewhere</a>", "<a href='/elsewhere'></a>"),
        ("<p lang='en'>Text</p>", "<p lang='english'>Text</p>"),
        ("<table><tr><th scope='col'>A</th></tr><tr><td>B</td></tr></table>", "<ul><p>A</p></ul>"),
    ],
)
def test_a_walk_asks_for_other_rules_where_a_page_is_built_otherwise_and_not_where_words_differ(
    walker: Walk, built: str, otherwise: str
) -> None:
    assert faults_of(walker, "clean", CLEAN.replace("<h1>", f"{built}<h1>")) == []
    assert faults_of(walker, "wrong", CLEAN.replace("<h1>", f"{otherwise}<h1>")) != []
    assert faults_of(walker, "wrong, other words", CLEAN.replace("<h1>", f"{otherwise}<h1>Words in ")) == []


def test_a_walk_looks_once_at_pages_that_differ_in_what_is_hidden_or_in_who_is_stood_in_for(walker: Walk) -> None:
    unnamed = CLEAN.replace("Text", "<input type='hidden' name='form-page' value='A'>Text<img src='/nothing.png'>")
    duty = "<p class='duty'>You stand in for somebody.<img src='/nothing.png'></p>\n"
    standing_in = CLEAN.replace("<h1>", f"{duty}<h1>")
    assert faults_of(walker, "unnamed", unnamed) != []
    assert faults_of(walker, "other hidden value", unnamed.replace("value='A'", "value='B'")) == []
    assert faults_of(walker, "standing in", standing_in) != []
    assert faults_of(walker, "standing in elsewhere", unnamed.replace("<h1>", f"{duty}<h1>")) == []
    assert faults_of(walker, "other value shown", unnamed.replace("type='hidden'", "type='text'")) != []


def test_a_walk_visits_as_who_is_seated_and_looks_when_scripts_have_run(walker: Walk) -> None:
    app = Flask("pages", static_folder=None)
    pale = "<script>document.getElementById('text').style.color = '#eee'</script></main>"

    @app.get("/<name>")
    def page(name: str) -> tuple[str, int]:
        content = {"scripted": CLEAN.replace("</main>", pale), "mine": PALE}.get(name, CLEAN)
        return (content, 409) if name != "mine" or request.cookies.get("who") == "me" else (CLEAN, 200)

    with listening(app) as origin, walker.over(origin, "en") as window:
        assert walker.visit("plain", f"{origin}/plain") == 409
        assert walker.visit("not mine", f"{origin}/mine") == 200
        assert window.url == f"{origin}/?lang=en" and walker.found == {}
        assert walker.visit("scripted", f"{origin}/scripted") == 409
        assert window.url == f"{origin}/scripted" and list(walker.found) == ["scripted, axe at 360"]
        window.context.add_cookies([{"name": "who", "value": "me", "url": origin}])
        walker.seated()
        assert walker.visit("mine", f"{origin}/mine") == 409
        assert list(walker.found) == ["scripted, axe at 360", "mine, axe at 1280"]
        walker.found = {}


def test_a_thorough_walk_judges_contrast_on_every_page_as_often_as_it_comes(walker: Walk) -> None:
    walk = Walk(walker.page, thorough=True)
    for name in ("pale", "pale again"):
        assert faults_of(walk, name, PALE) == [f"{name}, axe at 1280", f"{name}, axe at 360"]


def test_a_walk_finds_a_table_that_scrolls_in_its_frame(walker: Walk) -> None:
    frame = "<span tabindex='0' style='display: block; overflow-x: auto; white-space: nowrap'>%s</span>"
    page = CLEAN.replace("Text", frame)
    assert faults_of(walker, "short", page % "Text") == []
    found = faults_of(walker, "long", page % ("Text " * 20))
    assert found == ["long, at 360, cut off", "long, text twice as large, cut off"]


def test_a_walk_finds_a_choice_whose_words_are_not_beside_it(walker: Walk) -> None:
    choice = "<input type='radio' id='one' style='vertical-align: middle'><label for='one' style='%s'>One</label>"
    page = CLEAN.replace("Text", choice)
    assert faults_of(walker, "beside", page % "") == []
    astray = faults_of(walker, "below", page % "position: relative; top: 2rem")
    assert "below, at 1280, words beside nothing" in astray


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("没有填写名称。 这一项必填。", "a space after a Chinese stop"),
        ("发于 2026-11-30 03:28", "a time written for machines"),
    ],
)
def test_a_walk_finds_what_nobody_should_have_to_read(walker: Walk, text: str, what: str) -> None:
    page = CLEAN.replace("Text", text)
    assert faults_of(walker, "text", page) == [f"text, {what}"]


@pytest.mark.parametrize(
    ("wide", "where"),
    [
        ("width: 800px", ["at 360", "at 768", "text twice as large"]),
        ("width: 20rem", ["text twice as large"]),
    ],
)
def test_a_walk_finds_what_is_wider_than_its_window(walker: Walk, wide: str, where: list[str]) -> None:
    page = CLEAN.replace("<main>", f"<main style='{wide}'>")
    assert faults_of(walker, "wide", page) == [f"wide, {each}" for each in where]
