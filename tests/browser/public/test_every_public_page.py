"""One walk over every page of citizens in each language: nothing for axe to find, nothing wider than its window, large text
too, and the verdict where it is seen first."""

from __future__ import annotations

import pytest
from every_page import Walk, in_language, languages, one_walk
from public_pages import ADDRESS_OF
from screens import PHONE

pytestmark = [pytest.mark.campaign, one_walk]

# Every shape that an answer can take.
VERDICTS = [
    "in_force",
    "by_number",
    "licence_only",
    "suspended",
    "pending",
    "licence_revoked",
    "old_print",
    "lost_print",
    "marked",
    "closed_after_annulment",
    "several",
    "long",
    "unnamed",
]
PLACES = {**ADDRESS_OF, "home": "/", "mistyped": "/p?number=ABC", "no_such_page": "/nowhere"}
ABOVE_THE_FOLD = (".top", ".verdict svg", ".verdict h1", ".who h2", ".who p")
_BEYOND_THE_FOLD = """(parts) => parts.filter(part => {
  const box = document.querySelector(part)?.getBoundingClientRect();
  return !box || !box.width || !box.height || box.top < 0 || box.bottom > innerHeight;
})"""
_SMALL_TEXT = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), parent = walk.currentNode.parentElement;
    if (text && parseFloat(getComputedStyle(parent).fontSize) < 18) found.push(text);
  } return found; }"""
_SMALL_TARGETS = """() => [...document.querySelectorAll('header a, .call, .button, button, input, summary')]
  .filter(e => e.getBoundingClientRect().height < 44 && e.className !== 'skip').map(e => e.outerHTML)"""
_OPENED = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
_CUT_TEXT = """() => {
  document.documentElement.style.fontSize = '225%';
  return [...document.querySelectorAll('h1,h2,p,dt,dd,a,li,button,summary')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
    .map(e => e.outerHTML.slice(0, 80)); }"""


@languages
def test_citizens_pages_are_clean_fit_and_suit_a_thumb_and_their_verdict_stands_above_the_fold(
    walk: Walk, server: str, language: str
) -> None:
    with walk.over(server, language):
        for name, place in PLACES.items():
            bench = walk.lay(in_language(server + place, language))
            if name in VERDICTS:
                walk.wrong(name, "beyond the fold", bench.ask(PHONE, _BEYOND_THE_FOLD, ABOVE_THE_FOLD))
            walk.wrong(name, "smaller than 18 px", bench.ask(PHONE, _SMALL_TEXT))
            walk.wrong(name, "too small for a thumb", bench.ask(PHONE, _SMALL_TARGETS))
            bench.ask(PHONE, _OPENED)
            walk.judge(name)
            walk.wrong(name, "cut where text is twice as large", bench.ask(PHONE, _CUT_TEXT))
