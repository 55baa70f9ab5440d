"""Whoever takes something away while another process writes is not kept waiting, and it is told all the same."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from queueing import somebody_writes

from licence_qr.bootstrap import Services, build
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import RegisterError
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.register import pending_events, traces

OFFICER = Actor(7, "wang", "王示例", "baishiyi", frozenset({Role.CLERK, Role.INSPECTOR}))
Take = Callable[[Services, str, datetime], Any]
TAKING: dict[str, Take] = {
    "card/{uscc}": lambda services, uscc, now: services.prints.card_pdf(OFFICER, uscc, "A5", now),
    "card/{uscc} page": lambda services, uscc, now: services.prints.card_page(OFFICER, uscc, now),
    "export/code.png": lambda services, uscc, now: services.prints.code_file(OFFICER, uscc, "png", now),
    "export/work.csv": lambda services, uscc, now: services.work_list.export(OFFICER, WorkFilter(), "csv", now),
    "export/pack": lambda services, uscc, now: services.pack.for_actor(OFFICER, now),
}


@pytest.fixture
def pair(services: Services, make_application: Any, clerk: Actor, now: datetime) -> IssuedPair:
    return services.issuance.issue(make_application(), clerk, "key", now)


def waiting(services: Services) -> list[Path]:
    return sorted(pending_events.folder(services.database.path).glob("*"))


def told(services: Services) -> list[tuple[str, str, datetime]]:
    with services.database.read() as tx:
        rows = [row for row in traces.everything(tx) if row["actor"] == OFFICER.username]
    return [(row["subject"], row["office"], datetime.fromisoformat(row["at"])) for row in rows]


def write(services: Services) -> None:
    with services.database.write():
        pass


def taken(services: Services, now: datetime) -> Path:
    """A pack that was taken while somebody wrote: the file in which it waits."""
    with somebody_writes(services.database):
        services.pack.for_actor(OFFICER, now)
    [file] = waiting(services)
    return file


@pytest.mark.parametrize("subject", TAKING)
def test_it_is_handed_out_at_once_and_told_with_the_next_write(
    services: Services, pair: IssuedPair, now: datetime, monkeypatch: pytest.MonkeyPatch, subject: str
) -> None:
    with monkeypatch.context() as patched, somebody_writes(services.database):
        patched.setattr(
            "licence_qr.store.database.connections.WRITE_WAIT_SECONDS", "a clerk's patience, which a reader has not"
        )
        assert TAKING[subject](services, pair.uscc, now) is not None
        assert told(services) == []
    [file] = waiting(services)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    write(services)
    assert told(services) == [(subject.split()[0].format(uscc=pair.uscc), "baishiyi", now)]
    assert waiting(services) == []


def test_what_waits_comes_first_and_in_its_order(services: Services, pair: IssuedPair, now: datetime) -> None:
    later = [now + timedelta(minutes=number) for number in range(3)]
    with somebody_writes(services.database):
        services.pack.for_actor(OFFICER, later[1])
        services.pack.for_actor(OFFICER, later[0])
    services.pack.for_actor(OFFICER, later[2])
    assert [at for _, _, at in told(services)] == later


def test_another_process_takes_it_in(services: Services, pair: IssuedPair, now: datetime) -> None:
    taken(services, now)
    write(build(services.settings))
    assert len(told(services)) == 1
    assert waiting(services) == []


def test_a_write_that_fails_leaves_it_waiting(services: Services, pair: IssuedPair, now: datetime) -> None:
    file = taken(services, now)
    with pytest.raises(ZeroDivisionError), services.database.write():
        raise ZeroDivisionError
    assert (told(services), waiting(services)) == ([], [file])


def test_whoever_is_killed_before_the_file_is_gone_does_not_tell_it_twice(
    services: Services, pair: IssuedPair, now: datetime
) -> None:
    file = taken(services, now)
    text = file.read_text(encoding="utf-8")
    write(services)
    file.write_text(text, encoding="utf-8")
    write(services)
    assert len(told(services)) == 1
    assert waiting(services) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', '{"kind": "exported"}', "[" * 100_000])
def test_no_act_fails_for_a_file_that_is_no_event(
    services: Services, pair: IssuedPair, now: datetime, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = taken(services, now)
    file.write_text(text, encoding="utf-8")
    write(services)
    aside = file.with_name(f"{file.name}.unreadable")
    assert (told(services), waiting(services), aside.read_text(encoding="utf-8")) == ([], [aside], text)
    assert [record for record in caplog.records if str(aside) in record.getMessage()]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("actor", ["wang"]),
        ("actor", 5),
        ("actor", "\ud800"),
        ("subject", None),
        ("at", 5),
        ("at", {}),
        ("effective_on", 20261123),
        ("person_id", "7"),
        ("person_id", 2**63),
        ("public", [1]),
        ("public", {"after": "x"}),
        ("private", "x"),
        ("via", [1, 2, 3]),
        ("via", ["a", "b", "c", "d"]),
        ("via", None),
        ("salt", 7),
        ("salt", "00"),
        ("kind", ["exported"]),
        ("kind", "made up"),
        ("unknown", "x"),
    ],
)
def test_a_member_of_another_type_is_set_aside_too_and_the_next_event_is_taken_in(
    services: Services, pair: IssuedPair, now: datetime, member: str, value: object
) -> None:
    file = taken(services, now)
    whole = json.loads(file.read_text(encoding="utf-8"))
    file.with_name(f"0{file.name}").write_text(json.dumps(whole | {member: value}), encoding="utf-8")
    write(services)
    assert [subject for subject, _, _ in told(services)] == ["export/pack"]
    assert [path.name for path in waiting(services)] == [f"0{file.name}.unreadable"]


def test_what_can_be_written_down_nowhere_is_not_handed_out(
    services: Services, pair: IssuedPair, now: datetime
) -> None:
    pending_events.folder(services.database.path).write_text("", encoding="utf-8")
    with somebody_writes(services.database), pytest.raises(RegisterError, match="register_unreachable"):
        services.pack.for_actor(OFFICER, now)
