"""The clock of one page."""

from __future__ import annotations

from datetime import datetime

from playwright.sync_api import Page

# Only the clock of one page is set: playwright sets that of all pages of a context, for good.
_CLOCK = """(now) => {
  const Real = window.RealDate ??= Date;
  window.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [now])); }
    static now() { return now; }
    static [Symbol.hasInstance](value) { return value instanceof Real; }
  };
}"""


def set_clock(page: Page, moment: datetime) -> None:
    """From now on it is ``moment`` for this page; its timers go on."""
    now = int(moment.timestamp() * 1000)
    page.add_init_script(f"({_CLOCK})({now})")
    page.evaluate(_CLOCK, now)
