"""The status list of a register that was put back is given to nobody, and the next one is newer than any that was."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from status_lists import SECOND, issue, publishing, put

from licence_qr.bootstrap import build
from licence_qr.errors import RegisterError
from licence_qr.services.publishing.status_signer import MOST_AHEAD

__all__ = ["issue", "publishing"]
SUSPENDED = 2


@pytest.fixture
def put_back(services, publishing, issue, tmp_path, now):
    """The installation with a register of before a suspension, whose list had been published; that list's time."""
    register = services.settings.register_path
    code = issue()
    publishing.publish(now)
    services.database.write_back()
    kept = shutil.copy(register, tmp_path / "kept.db")
    put(services, (code.status_index + 1, SUSPENDED))
    newest = publishing.publish(now + SECOND).issued_at
    services.database.close()
    for path in register.parent.glob("register.db*"):
        if path.is_file():
            path.unlink()
    shutil.copy(kept, register)
    again = build(services.settings)
    yield again, newest
    again.database.close()


def refusal(publishing, at) -> str:
    try:
        publishing.current(at)
    except RegisterError as error:
        return error.code
    return ""


def test_it_is_refused_until_a_newer_one_is_issued(put_back, now):
    services, newest = put_back
    later = now + timedelta(minutes=1)
    assert refusal(services.status_publishing, later) == "offline_list_older"
    assert services.status_publishing.publish(later).issued_at > newest
    assert refusal(services.status_publishing, later) == ""


def test_the_next_one_is_later_also_within_the_same_second(put_back, now):
    services, newest = put_back
    assert services.status_publishing.publish(now).issued_at == newest + SECOND
    assert refusal(services.status_publishing, now) == ""


def test_where_the_clock_was_set_back_lists_go_on(put_back, now):
    services, newest = put_back
    earlier = newest - MOST_AHEAD - timedelta(hours=1)
    assert services.status_publishing.publish(earlier).issued_at == earlier
    assert refusal(services.status_publishing, earlier) == ""
    assert refusal(services.status_publishing, newest) == "offline_list_older"
    assert services.status_publishing.publish(newest).issued_at > newest
