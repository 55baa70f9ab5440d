"""People who propose, decide and check, each in a browser of their own, over a business issued at the desk."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from itertools import count

import pytest
from desk_pages import PASSWORD, Browser, clerk, desk_app, desk_services, elsewhere, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.roles import Role
from licence_qr.errors import InputError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.store.register import permits

__all__ = ["Shop", "clerk", "decider", "desk_app", "desk_services", "elsewhere", "inspector", "people", "shop"]

_serial = count(1)
CODE = re.compile(r"(?<![0-9A-Z])9150[0-9A-Z]{14}(?![0-9A-Z])")
ADDED = {
    "decides": {Role.DECIDER},
    "decides-too": {Role.DECIDER},
    "does-both": {Role.CLERK, Role.DECIDER},
    "inspector-too": {Role.INSPECTOR},
}


class Shop:
    """The business with its one permit."""

    def __init__(self, services: Services, uscc: str) -> None:
        self.services, self.uscc = services, uscc

    @property
    def permit(self) -> permits.StoredPermit:
        """The permit as it is now."""
        with self.services.database.read() as tx:
            return permits.of_business(tx, self.uscc)[0]

    def confirm_check(self, by: str = "inspector-too") -> None:
        """Let the officer named by the check that waits confirm it."""
        actor, now = self.services.accounts.user(by), datetime.now(UTC)
        assert actor is not None
        checks = self.services.named_checks
        number = checks.open_one(actor, self.permit.permit_id)
        assert number is not None
        content = checks.get(actor, number, now).check.content_sha256
        checks.answer(actor, number, AnswerRequest(content, OfficersAnswer.CONFIRMED, proof=Proof(PASSWORD)), now)

    def form(self, act: str = "suspend") -> str:
        """The address of the form to propose ``act`` for the permit."""
        return f"/desk/proposals/new/{self.uscc}/permit/{self.permit.permit_id}/{act}"

    def sent(self, act: str = "suspend", **more: str) -> dict[str, str]:
        """The fields of that form, filled in."""
        named = {"uscc": self.uscc, "subject": f"permit/{self.permit.permit_id}", "act": act}
        grounds = {
            "reason": "现场查实停用消毒设施",
            "legal_basis": "《公共场所卫生管理条例》第十四条",
            "document_no": "〔2026〕7号",
        }
        if act == "suspend":
            named["suspension"] = "closed"
        return named | grounds | {"effective_on": ""} | more

    def proposed(self, browser: Browser, act: str = "suspend", **more: str) -> str:
        """Propose, and the address of the proposal."""
        answer = browser.send(self.form(act), self.sent(**more))
        assert answer.status_code == 303, text_of(answer.get_data(as_text=True))
        return answer.location


def text_of(page: str) -> str:
    """The words of the page without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="session")
def people(desk_services: Services) -> Services:
    """The people that four eyes need."""
    for username, roles in ADDED.items():
        try:
            desk_services.accounts.create(
                username, f"{username}（示例）", "baishiyi", frozenset(roles), PASSWORD, datetime.now(UTC)
            )
        except InputError:
            continue
    return desk_services


@pytest.fixture
def decider(desk_app: Flask, people: Services) -> Browser:
    """A decider of the office, signed in."""
    return signed_in(desk_app, people, "decides")


@pytest.fixture
def inspector(desk_app: Flask, people: Services) -> Browser:
    """An inspector of the office, signed in."""
    return signed_in(desk_app, people, "inspector")


@pytest.fixture
def shop(clerk: Browser, people: Services) -> Shop:
    """A business issued at the desk on commitment."""
    application = clerk.start()
    clerk.fill(application, name=f"重庆示例四眼{next(_serial)}号客栈有限公司")
    found = CODE.search(clerk.see(clerk.issue(application).location))
    assert found
    return Shop(people, found[0])
