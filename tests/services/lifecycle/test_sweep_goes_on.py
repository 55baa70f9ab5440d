"""One business that cannot be swept stops no other one, and is told; what is wrong with the register stops the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from harmed import tamper
from lives import Hotel

from licence_qr.bootstrap import Services
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import NewMark
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.roles import Actor, at_console
from licence_qr.errors import KeyStoreError, RegisterError
from licence_qr.store.database.batches import write_each_apart
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.database.sqlite import sqlite3


@pytest.fixture
def three(services: Services, make_application: Any, clerk: Actor, now: datetime) -> list[Hotel]:
    """Three businesses whose marks are over; with the second one something is wrong."""
    pairs = [services.issuance.issue(make_application(n), clerk, str(n), now) for n in (1, 2, 3)]
    hotels = [Hotel(services, pair.uscc, clerk, now) for pair in pairs]
    for hotel in hotels:
        hotel.do(Act.MARK, NewMark(MarkKind.ABNORMAL, hotel.today + timedelta(days=10)))
        hotel.after(20)
    made_up = "UPDATE entities SET entity_type = 'x', state = 'made up' WHERE uscc = ?"
    tamper(services.database, made_up, values=(hotels[1].uscc,))
    return hotels


def test_the_others_are_swept_and_the_one_is_named_without_its_data(
    services: Services, three: list[Hotel], caplog: pytest.LogCaptureFixture
) -> None:
    first, bad, last = three
    swept = services.life_sweep.run(last.now)
    assert (swept.marks, swept.unswept) == (2, (bad.uscc,))
    assert [len(hotel.events("mark_lifted")) for hotel in three] == [1, 0, 1]
    [line] = [record.getMessage() for record in caplog.records if "not swept" in record.getMessage()]
    assert (
        bad.uscc in line
        and "ValueError at " in line
        and "/store/register/entities.py:" in line
        and "made up" not in line
    )
    with services.database.write() as tx:
        tx.run("UPDATE entities SET state = 'active' WHERE uscc = ?", (bad.uscc,))
    again = services.life_sweep.run(last.now)
    assert (again.marks, again.unswept) == (1, ())


def test_how_many_are_left_is_watched(services: Services, three: list[Hotel]) -> None:
    now = three[0].now
    assert services.watching.look(now - timedelta(days=1)).unswept_businesses is None
    for swept, left in ((now, 1), (now + timedelta(days=1), 0)):
        if not left:
            with services.database.write() as tx:
                tx.run("UPDATE entities SET state = 'active' WHERE uscc = ?", (three[1].uscc,))
        counts = {"unswept": services.life_sweep.run(swept).unswept}
        services.trace_keeping.note_sweep(at_console("keeper"), swept, counts)
        assert services.watching.look(swept).unswept_businesses == left


def _raise(error: Exception) -> Callable[[Transaction, int], None]:
    def act(tx: Transaction, item: int) -> None:
        tx.run("INSERT INTO counters (series, year, last) VALUES ('x', ?, 0)", (item,))
        if item == 2:
            raise error

    return act


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), sqlite3.IntegrityError("x")])
def test_what_one_item_wrote_is_undone_with_it(services: Services, error: Exception) -> None:
    assert write_each_apart(services.database, (1, 2, 3), _raise(error), KeyStoreError) == [(2, error)]
    assert years(services.database) == [1, 3]


@pytest.mark.parametrize(
    "error", [RegisterError("register_full", path=""), KeyStoreError("no_signing_key"), sqlite3.OperationalError("x")]
)
def test_what_is_not_of_one_item_stops_all(services: Services, error: Exception) -> None:
    with pytest.raises(type(error)):
        write_each_apart(services.database, (1, 2, 3), _raise(error), KeyStoreError)
    assert years(services.database) == []


def years(database: Database) -> list[int]:
    with database.read() as tx:
        return [row["year"] for row in tx.all("SELECT year FROM counters WHERE series = 'x' ORDER BY year")]
