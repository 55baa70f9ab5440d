"""Acts on a permit are killed (SIGKILL) at random: what was acknowledged stands, and register, history and code agree."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import cycle

import pytest
from killing import killed_at_random

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.register.permit import status_list_value, status_on
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.register import codes, entities, history, permits

WHY = Grounds("查实", "", "一号")


def _act_until_killed(services: Services, actor: Actor, uscc: str, permit_id: int, now, pipe: int) -> None:
    """The child: suspend, reinstate, rename, over and over; tell the parent the revision after each."""
    permit = Subject(uscc, permit_id)
    for number, step in enumerate(cycle((Act.SUSPEND, Act.REINSTATE, Act.CHANGE))):
        details = LicenceChange(principal=f"新人{os.getpid()}之{number}") if step is Act.CHANGE else None
        request = ActRequest(Subject(uscc) if details else permit, step, WHY, actor, details)
        if status_on_file(services, permit_id) == "suspended" and step is Act.SUSPEND:
            continue  # the round before was killed here
        with services.database.write() as tx:
            done = services.life.perform_within(tx, request, now)
        os.write(pipe, f"{done.revision}\n".encode())


def status_on_file(services: Services, permit_id: int) -> str:
    with services.database.read() as tx:
        found = permits.get(tx, permit_id)
    return found.permit.state if found else ""


def _all_agree(services: Services, uscc: str, now) -> None:
    state = services.life.state_on(uscc, local_date(now))
    with services.database.read() as tx:
        stored = entities.get(tx, uscc)
        held = permits.of_business(tx, uscc)
        newest, *older = codes.versions_of_business(tx, uscc)
        assert state.entity == stored.entity
        assert state.permits == {s.permit_id: s.permit for s in held}
        record = CombinedRecord(stored.entity, entities.premises_of(tx, uscc), tuple(s.permit for s in held))
        assert newest.digest == record.digest()
        value = status_list_value(status_on(held[0].permit, local_date(now)))
        assert codes.status(tx, newest.status_index) == 0
        assert all(codes.status(tx, code.status_index) == codes.SUPERSEDED for code in older)
        assert {codes.status(tx, code.status_index + 1) for code in (newest, *older)} == {value}


@pytest.mark.campaign
def test_no_act_is_half_done(services, make_application, clerk, now, rounds):
    both = replace(clerk, roles=frozenset({Role.CLERK, Role.DECIDER}))  # who may change, and may decide to suspend
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    with services.database.read() as tx:
        permit_id = permits.of_business(tx, pair.uscc)[0].permit_id
    later = now + timedelta(days=1)
    services.database.close()
    chance = random.Random(11)
    for _ in range(rounds(5, 100)):
        act = partial(_act_until_killed, services, both, pair.uscc, permit_id, later)
        acknowledged = killed_at_random(act, chance.randrange(1, 5), chance)
        with services.database.read() as tx:
            assert history.revision(tx, pair.uscc) >= int(acknowledged[-1])
        services.coding.finishing.finish_waiting(later)  # as the next start does
        _all_agree(services, pair.uscc, later)
        services.database.close()
    with services.database.read() as tx:
        assert len(codes.versions_of_business(tx, pair.uscc)) > 1, (
            "no new name was ever printed: nothing was superseded"
        )
