"""The checks that the walk over all pages relies on find what is wrong, also after the page has changed."""

from __future__ import annotations

import pytest
from accessible import violations
from every_page import Walk
from playwright.sync_api import Page, Route

CLEAN = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1><p id='text'>Text</p></main></html>"
PALE = CLEAN.replace("<p id='text'>", "<p class='pale' style='color: #eee'>")


def test_a_fault_that_comes_later_is_found_and_named(window: Page) -> None:
    window.set_content(CLEAN)
    assert violations(window) == ""
    window.evaluate("() => { document.getElementById('text').innerHTML = '<img src=\"/nothing.png\">' }")
    assert "image-alt" in violations(window)


def faults_of(walk: Walk, name: str, content: str) -> list[str]:
    """What the walk finds on one more page."""
    walk.found = {}
    walk.page.set_content(content)
    walk.look(name)
    return sorted(walk.found)


def test_a_walk_judges_contrast_where_text_stands_in_something_new_and_all_else_on_every_page(looking: Page) -> None:
    walk = Walk(looking, thorough=False)
    assert faults_of(walk, "clean", CLEAN) == []
    assert faults_of(walk, "pale", PALE) == ["pale, axe at 360"]  # as the last page has left it
    assert faults_of(walk, "pale again", PALE.replace("Text", "Other words")) == []
    unnamed = "<p>Text<img src='/nothing.png'></p>"
    assert faults_of(walk, "unnamed", CLEAN.replace("<h1>", f"{unnamed}<h1>")) == [
        "unnamed, axe at 1280",
        "unnamed, axe at 360",
    ]


def test_a_walk_judges_contrast_where_a_style_knows_an_element_by_its_id_or_its_language(looking: Page) -> None:
    styled = CLEAN.replace("<main>", "<style>#pale, :lang(zh) #text { color: #eee }</style><main>")
    by_id, by_language = styled.replace("id='text'", "id='pale'"), styled.replace("lang='en'", "lang='zh'")
    for name, content in (("by its id", by_id), ("by its language", by_language)):
        walk = Walk(looking, thorough=False)
        assert faults_of(walk, "clean", styled) == []
        assert faults_of(walk, name, content) == [f"{name}, axe at 360"]


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
    looking: Page, style: str, width: int
) -> None:
    styled = CLEAN.replace("<main>", f"<style>{style}</style><main>")
    assert faults_of(Walk(looking, thorough=False), "styled", styled) == [f"styled, axe at {width}"]


def test_a_walk_looks_again_where_one_word_differs_and_not_where_only_digits_do(looking: Page) -> None:
    walk = Walk(looking, thorough=False)
    unnamed = CLEAN.replace("Text", "Text 17<img src='/nothing.png'>")
    assert faults_of(walk, "unnamed", unnamed) == ["unnamed, axe at 1280", "unnamed, axe at 360"]
    assert faults_of(walk, "unnamed again", unnamed.replace("17", "18")) == []
    assert faults_of(walk, "other word", unnamed.replace("Text", "Word")) != []
    assert faults_of(walk, "other title", unnamed.replace("<title>A page", "<title>Page")) != []


def test_a_walk_looks_once_at_pages_that_differ_in_what_is_hidden_or_in_who_is_stood_in_for(looking: Page) -> None:
    walk = Walk(looking, thorough=False)
    unnamed = CLEAN.replace("Text", "<input type='hidden' name='form-page' value='A'>Text<img src='/nothing.png'>")
    duty = "<p class='duty'>You stand in for somebody.<img src='/nothing.png'></p>\n"
    standing_in = CLEAN.replace("<h1>", f"{duty}<h1>")
    assert faults_of(walk, "unnamed", unnamed) != []
    assert faults_of(walk, "other hidden value", unnamed.replace("value='A'", "value='B'")) == []
    assert faults_of(walk, "standing in", standing_in) != []
    assert faults_of(walk, "standing in elsewhere", unnamed.replace("<h1>", f"{duty}<h1>")) == []
    assert faults_of(walk, "other value shown", unnamed.replace("type='hidden'", "type='text'")) != []


def test_a_walk_opens_an_address_again_where_it_says_something_else(looking: Page) -> None:
    said = {"answer": CLEAN}
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.resource_type)
        route.fulfill(status=409, content_type="text/html", body=said["answer"])

    looking.route("https://walk.example/**", answer)
    walk = Walk(looking, thorough=False)
    for name, content, how in (
        ("first", CLEAN, ["document"]),
        ("same", CLEAN, ["fetch"]),
        ("pale", PALE, ["fetch", "document"]),
    ):
        said["answer"] = content
        asked.clear()
        assert walk.visit(name, "https://walk.example/desk") == 409
        assert [each for each in asked if each in {"document", "fetch"}] == how
    assert sorted(walk.found) == ["pale, axe at 360"]
    looking.unroute_all()


def test_a_thorough_walk_judges_contrast_on_every_page_as_often_as_it_comes(looking: Page) -> None:
    walk = Walk(looking, thorough=True)
    for name in ("pale", "pale again"):
        assert faults_of(walk, name, PALE) == [f"{name}, axe at 1280", f"{name}, axe at 360"]


def test_a_walk_finds_a_table_that_scrolls_in_its_frame(looking: Page) -> None:
    frame = "<span tabindex='0' style='display: block; overflow-x: auto; white-space: nowrap'>%s</span>"
    page = CLEAN.replace("Text", frame)
    assert faults_of(Walk(looking, thorough=False), "short", page % "Text") == []
    found = faults_of(Walk(looking, thorough=False), "long", page % ("Text " * 20))
    assert found == ["long, at 360, cut off", "long, text twice as large, cut off"]


def test_a_walk_finds_a_choice_whose_words_are_not_beside_it(looking: Page) -> None:
    choice = "<input type='radio' id='one' style='vertical-align: middle'><label for='one' style='%s'>One</label>"
    page = CLEAN.replace("Text", choice)
    assert faults_of(Walk(looking, thorough=False), "beside", page % "") == []
    astray = faults_of(Walk(looking, thorough=False), "below", page % "position: relative; top: 2rem")
    assert "below, at 1280, words beside nothing" in astray


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("没有填写名称。 这一项必填。", "a space after a Chinese stop"),
        ("发于 2026-11-30 03:28", "a time written for machines"),
    ],
)
def test_a_walk_finds_what_nobody_should_have_to_read(looking: Page, text: str, what: str) -> None:
    page = CLEAN.replace("Text", text)
    assert faults_of(Walk(looking, thorough=False), "text", page) == [f"text, {what}"]


@pytest.mark.parametrize(
    ("wide", "where"),
    [
        ("width: 800px", ["at 360", "at 768", "text twice as large"]),
        ("width: 20rem", ["text twice as large"]),
    ],
)
def test_a_walk_finds_what_is_wider_than_its_window(looking: Page, wide: str, where: list[str]) -> None:
    page = CLEAN.replace("<main>", f"<main style='{wide}'>")
    assert faults_of(Walk(looking, thorough=False), "wide", page) == [f"wide, {each}" for each in where]
