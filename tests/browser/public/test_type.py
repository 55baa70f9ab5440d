"""The typefaces of the two languages: some marks are in both, and the Chinese ones are about a square wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

# How wide the marks are that both languages have, in squares (em), on a run of each language.
_MARKS = """() => Object.fromEntries(["zh-CN", "en"].map(language => {
  const run = document.querySelector("main").appendChild(document.createElement("span"));
  run.lang = language;
  run.textContent = "’“”";
  return [language, run.getBoundingClientRect().width / parseFloat(getComputedStyle(run).fontSize) / 3];
}))"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_quotation_marks_are_narrow_in_english_and_wide_in_chinese(window: Page, server: str, language: str) -> None:
    window.goto(f"{server}/?lang={language}")
    widths = window.evaluate(_MARKS)
    assert widths["en"] < 0.6
    assert widths["zh-CN"] > 0.8  # browsers set one mark close to the next
