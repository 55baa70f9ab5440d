"""After the upgrade of an old register the signer signs the next act on each of its businesses: the history tells all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from old_installations import REGISTERS, Unpack
from quick_passwords import QUICK

from licence_qr.bootstrap import build
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.roles import Actor, Role
from licence_qr.preparation import prepare
from licence_qr.store.register import codes, entities

SOME = (*REGISTERS[::9], REGISTERS[-1])  # by programs far apart; each takes seconds
WHY = Grounds("变更负责人", "《市场主体登记管理条例》第二十四条", "")


@pytest.mark.parametrize("name", SOME)
def test_each_business_of_an_old_register_is_changed_and_signed(name: str, unpack: Unpack) -> None:
    old = unpack(name)
    prepare(old.settings, old.at, demonstration=True)
    services = build(old.settings, hasher=QUICK)
    with services.database.read() as tx:
        before = {code.uscc: code.version for code in codes.everything_newest(tx)}
        held = {uscc: entities.get(tx, uscc) for uscc in before}
    at, changed = old.at + timedelta(hours=1), []
    for uscc, stored in held.items():
        if stored is not None and stored.state is LicenceState.ACTIVE:
            by = Actor(1, "clerk", "窗口", stored.office, frozenset({Role.CLERK}))
            request = ActRequest(Subject(uscc), Act.CHANGE, WHY, by, LicenceChange(principal="新负责人"))
            with services.database.write() as tx:
                services.life.perform_within(tx, request, at)
            changed.append(uscc)
    with services.database.read() as tx:
        after = {uscc: code.version for uscc in changed if (code := codes.newest_of_business(tx, uscc))}
    services.database.close()
    assert len(changed) >= 20
    assert after == {uscc: before[uscc] + 1 for uscc in changed}
