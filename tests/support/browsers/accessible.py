"""What axe says of a page, asked for no more than its violations."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

# axe lists every rule that a page passed, too; bringing that list out of the browser takes longer than the rules do. And
# it fetches all style sheets again for a rule that is off by default: only what plays is loaded beforehand.
OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
_VIOLATIONS = "(options) => 'axe' in window && axe.run(options).then(({violations}) => ({violations}))"


def violations(page: Page, *, contrast: bool = True) -> str:
    """A report of what axe finds on the page as it is shown; empty when it finds nothing. Without ``contrast``, by far the
    dearest rule, it runs all others."""
    options = OPTIONS | ({} if contrast else {"rules": {"color-contrast": {"enabled": False}}})
    if not (found := page.evaluate(_VIOLATIONS, options)):  # the page has no axe yet
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(_VIOLATIONS, options)
    return report(found)


def report(found: dict[str, Any]) -> str:
    """What axe found, for people; empty when it found nothing."""
    results = AxeResults(found)
    return results.generate_report() if results.violations_count else ""
