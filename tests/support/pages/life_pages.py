"""A business at the desk, and the forms of the acts on it, opened, filled in and sent as a person does."""

from __future__ import annotations

import html
import re
from itertools import count

from desk_pages import Browser
from werkzeug.test import TestResponse

_serial = count(1)
CODE = re.compile(r"(?<![0-9A-Z])9[12]50[0-9A-Z]{14}(?![0-9A-Z])")
PERMIT = re.compile(r"/permit/(\d+)/")


def text_of(page: str) -> str:
    """The words of the page without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def issued(browser: Browser, mode: str = "commitment", **fields: str) -> str:
    """A business issued at this desk; its credit code."""
    application = browser.start()
    browser.fill(application, mode, name=f"重庆示例一生{next(_serial)}号客栈有限公司", **fields)
    found = CODE.search(browser.see(browser.issue(application).location))
    assert found
    return found[0]


def fields_of(page: str, where: str = "/desk/businesses") -> dict[str, str]:
    """The main form as the browser would send it untouched."""
    form = page.split(f'<form method="post" action="{where}')[1].split("</form>")[0]
    found = {n: html.unescape(v) for n, v in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)}
    for tag in re.findall(r"<input class=[^>]*>", form):
        name = re.search(r' name="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name and value and (" checked" in tag or 'type="text"' in tag):
            found[name[1]] = html.unescape(value[1])
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text)
    return found


def act(browser: Browser, address: str, **typed: str) -> TestResponse:
    """Open the form at ``address``, type into it, send it."""
    return pressed(browser, address, fields_of(browser.see(address)) | typed)


def pressed(browser: Browser, address: str, fields: dict[str, str]) -> TestResponse:
    """Send the form, and press the button of its check."""
    return browser.go_on(browser.client.post(address, data=fields), fields)


def done(browser: Browser, answer: TestResponse) -> str:
    """The page that an act leads to."""
    assert answer.status_code == 303, text_of(answer.get_data(as_text=True))
    return browser.see(answer.location)


def permit_of(browser: Browser, uscc: str) -> str:
    """The address of the first permit's acts."""
    found = PERMIT.search(browser.see(f"/desk/businesses/{uscc}"))
    assert found
    return f"/desk/businesses/{uscc}/permit/{found[1]}"
