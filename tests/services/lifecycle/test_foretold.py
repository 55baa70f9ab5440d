"""What an act would do is tried and undone: nothing is written or signed, and it refuses what the act itself would."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lives import Hotel

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import LicenceChange
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError, ConflictError, RuleError


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now).after(10)


def foretold(hotel, request):
    return hotel.services.life.foretell(request.actor, request, hotel.now)


def rows(hotel):
    """Everything in the register, but for the place of the last look."""
    with hotel.services.database.read() as tx:
        names = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: [tuple(row) for row in tx.all(f"SELECT * FROM {name}")] for name in names}  # noqa: S608


def test_it_says_what_follows_and_writes_nothing(hotel):
    before = rows(hotel)
    change = foretold(hotel, hotel.request(Act.CHANGE, LicenceChange(principal="新人")))
    assert change.new_version and EventKind.LICENCE_CHANGED in change.kinds
    review = foretold(hotel, hotel.request(Act.REVIEW, permit=0))
    assert not review.new_version and review.kinds == {EventKind.PERMIT_REVIEWED}
    assert rows(hotel) == before


def test_it_is_what_the_act_then_does(hotel):
    request = hotel.request(Act.CHANGE, LicenceChange(principal="新人"))
    told = foretold(hotel, request)
    assert hotel.services.life.perform(request.actor, request, hotel.now).new_version is told.new_version


def test_it_refuses_what_the_act_would_refuse(hotel, clerk):
    for request, error in (
        (hotel.request(Act.SUSPEND, permit=0), RuleError),
        (hotel.request(Act.RESUME), RuleError),
        (replace(hotel.request(Act.REVIEW, permit=0), actor=replace(clerk, office="bafu")), AccessError),
        (replace(hotel.request(Act.REVIEW, permit=0), expected_revision=0), ConflictError),
    ):
        with pytest.raises(error):
            foretold(hotel, request)
