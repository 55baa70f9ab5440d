"""A register whose status list is published: what its tests make, read and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from licence_qr.bootstrap import Services
from licence_qr.credential.status_list import StatusList
from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.domain.publishing.entry_status import EntryStatus
from licence_qr.services.publishing.status_list import (
    PublishedList,
    StatusPublishing,
)
from licence_qr.services.publishing.status_signer import StatusSigner
from licence_qr.store.register import codes

SECOND = timedelta(seconds=1)
SUPERSEDED, SUSPENDED, VALID = EntryStatus.SUPERSEDED, EntryStatus.SUSPENDED, EntryStatus.VALID

Issue = Callable[..., codes.StoredCode]


@pytest.fixture
def publishing(services: Services) -> StatusPublishing:
    return services.status_publishing


@pytest.fixture
def issue(services: Services, clerk, make_application, now) -> Issue:
    """Issues the ``serial``-th made-up business and gives the stored code."""

    def made(serial: int = 1) -> codes.StoredCode:
        pair = services.issuance.issue(make_application(serial), clerk, f"key-{serial}", now)
        with services.database.read() as tx:
            found = codes.newest(tx, pair.code.code_id)
        assert found is not None
        return found

    return made


def made_anew(signer: StatusSigner) -> StatusSigner:
    """What a process that has just started has."""
    return StatusSigner(signer.database, signer.signing_key, signer.origin, signer.noted)


def read(services: Services, published: PublishedList, at) -> StatusList:
    """The list as a verifier reads it."""
    return verify_status_list(published.signed, services.keys.trust_list(), at)


def put(services: Services, *values: tuple[int, int]) -> None:
    with services.database.write() as tx:
        for index, value in values:
            codes.set_status(tx, index, value)


def give_out(services: Services, count: int) -> None:
    with services.database.write() as tx:
        codes.take_status_block(tx, count)


@pytest.fixture
def another(services, make_services) -> Iterator[StatusPublishing]:
    """What another worker of the same installation has."""
    other = make_services(services.settings.home.parent)
    yield other.status_publishing
    other.database.close()
