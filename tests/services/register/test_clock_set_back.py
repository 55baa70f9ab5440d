"""No act is entered before the newest event: what is refused while the clock is behind, what is not, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from licence_qr.bootstrap import Services
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.register.events import CLOCK_TOLERANCE, EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor
from licence_qr.errors import RegisterError
from licence_qr.key_services import build_ceremony
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.register import history

MakeServices = Callable[..., Services]


@pytest.fixture
def again(services: Services, tmp_path: Path, make_services: MakeServices) -> Iterator[Services]:
    """The same installation opened by another process."""
    made = make_services(tmp_path / "installation")
    yield made
    made.database.close()


def newest(services: Services) -> datetime | None:
    with services.database.read() as tx:
        return history.newest_at(tx)


def noted(services: Services, kind: EventKind, at: datetime) -> None:
    with services.database.write() as tx:
        events.write(tx, NewEvent(kind=kind, subject="x/1", at=at, by=AT_THE_MACHINE))


def test_an_act_before_the_newest_event_is_refused_and_leaves_nothing(
    services: Services, make_application: Any, clerk: Actor, now: datetime
) -> None:
    services.issuance.issue(make_application(1), clerk, "one", now)
    earlier = now - CLOCK_TOLERANCE - timedelta(seconds=1)
    with pytest.raises(RegisterError) as refused:
        services.issuance.issue(make_application(2), clerk, "two", earlier)
    assert refused.value.code == "clock_behind"
    assert refused.value.facts["now"] == earlier.isoformat()
    assert refused.value.facts["newest"] == now.isoformat()
    with services.database.read() as tx:
        assert [row["n"] for row in tx.all("SELECT count(*) AS n FROM entities")] == [1]
    assert not services.issuance.issue(make_application(2), clerk, "two", now).repeated


def test_who_waited_for_a_turn_is_entered_after_those_who_came_later(
    services: Services, make_application: Any, clerk: Actor, now: datetime
) -> None:
    services.issuance.issue(make_application(1), clerk, "one", now)
    services.issuance.issue(make_application(2), clerk, "two", now - CLOCK_TOLERANCE)
    assert newest(services) == now


def test_an_import_goes_on_by_the_instant_at_which_it_began(services: Services, again: Services, now: datetime) -> None:
    noted(services, EventKind.LICENCE_IMPORTED, now)
    noted(again, EventKind.LICENCE_CHANGED, now + timedelta(hours=2))
    noted(services, EventKind.LICENCE_IMPORTED, now)
    with pytest.raises(RegisterError):
        noted(again, EventKind.LICENCE_IMPORTED, now)


@pytest.mark.parametrize(
    "kind", [EventKind.SIGNED_IN, EventKind.DATA_SEEN, EventKind.EXPORTED, EventKind.KEY_COMPROMISED]
)
def test_what_must_not_wait_is_written_down_all_the_same(services: Services, now: datetime, kind: EventKind) -> None:
    noted(services, EventKind.LICENCE_CHANGED, now)
    noted(services, kind, now - timedelta(days=1))
    assert newest(services) == now  # and the clock is still behind


def test_an_event_that_waited_beside_the_register_does_not_turn_it_back(services: Services, now: datetime) -> None:
    events.write_later(
        services.database, NewEvent(kind=EventKind.REGISTER_DIFFERED, subject="x/1", at=now, by=AT_THE_MACHINE)
    )
    noted(services, EventKind.LICENCE_CHANGED, now + timedelta(days=1))
    assert newest(services) == now + timedelta(days=1)
    with pytest.raises(RegisterError):
        noted(services, EventKind.LICENCE_CHANGED, now + timedelta(hours=1))


def test_no_key_is_made_by_a_clock_that_is_behind_but_one_is_given_up(services: Services, now: datetime) -> None:
    ceremony = build_ceremony(services.settings)
    noted(services, EventKind.LICENCE_CHANGED, now + timedelta(days=1))
    edition = services.keys.trust_list().sequence
    key = services.keys.trust_list().keys[0]
    for change in (
        lambda: ceremony.new(KeyPurpose.LICENCE, None, now),
        lambda: ceremony.rotate(KeyPurpose.LICENCE, 7, now),
        lambda: ceremony.retire(key, now),
    ):
        with pytest.raises(RegisterError, match="clock_behind"):
            change()
    assert services.keys.trust_list().sequence == edition
    assert ceremony.compromise(key, now, now)
    with services.database.read() as tx:
        assert len(history.all_of_kind(tx, EventKind.KEY_COMPROMISED)) == 1


def test_a_clock_that_was_ahead_and_is_right_now_can_be_confirmed(services: Services, now: datetime) -> None:
    noted(services, EventKind.LICENCE_CHANGED, now + timedelta(days=400))
    assert [each.code for each in services.watching.look(now).reasons] == ["clock_behind"]
    assert "clock_behind" in [each.code for each in services.doctor.examine(now)]
    services.preparations.confirm_clock(AT_THE_MACHINE, now)
    later = now + timedelta(minutes=1)
    noted(services, EventKind.LICENCE_CHANGED, later)
    assert newest(services) == later
    assert services.watching.look(later).reasons == []
    with services.database.read() as tx:
        (confirmed,) = history.of_kind(tx, EventKind.REGISTER_PREPARED, history.CLOCK_CONFIRMED)
    assert (now + timedelta(days=400)).isoformat() in confirmed["after"]
