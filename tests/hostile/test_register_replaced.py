"""The register's file moved away or replaced while the service runs: what is gone is never read on."""

from __future__ import annotations

import shutil

import pytest

from licence_qr.errors import RegisterError


def digits_of(pair):
    return pair.code.address.rsplit("/", 1)[1]


def test_a_register_that_was_moved_away_is_missing_and_comes_back(services, clerk, make_application, now):
    digits = digits_of(services.issuance.issue(make_application(), clerk, "one", now))
    services.lookup.scan(digits, now)
    path = services.settings.register_path
    away = path.rename(path.with_name("elsewhere.db"))
    for ask in (lambda: services.lookup.scan(digits, now), lambda: services.lookup.stamp(now)):
        with pytest.raises(RegisterError) as refusal:
            ask()
        assert refusal.value.code == "register_missing"
    away.rename(path)
    assert services.lookup.scan(digits, now).licence.uscc


def test_a_register_that_was_replaced_is_the_one_that_answers(services, clerk, make_application, now, tmp_path):
    services.issuance.issue(make_application(1), clerk, "one", now)
    path, backup = services.settings.register_path, tmp_path / "backup.db"
    shutil.copyfile(path, backup)
    before = services.lookup.stamp(now)
    later = services.issuance.issue(make_application(2), clerk, "two", now)
    written = services.lookup.stamp(now)
    backup.replace(path)
    assert services.lookup.stamp(now) not in {before, written}
    assert services.register.search(clerk, later.holder_name, now) == ()
    again = services.issuance.issue(make_application(2), clerk, "two", now)
    assert not again.repeated
    assert services.register.search(clerk, later.holder_name, now)
