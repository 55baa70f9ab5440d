"""Two people reset the second factors of somebody who has lost the phone, at the machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyotp
from click.testing import CliRunner
from program import environ
from quick_passwords import QUICK

from licence_qr.bootstrap import build
from licence_qr.cli.main import commands
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.register.chronology import made_up_past

PASSWORD = "a good long password"
ARGUMENTS = ["account", "reset-second-factor", "li", "--administrator", "wang", "--second", "zhao", "--reason", "核对"]


def enrolled(services, name, now):
    actor = services.accounts.user(name)
    app = pyotp.TOTP(services.second_factors.begin_app(actor, Proof(PASSWORD), "192.0.2.7", now).base32)
    services.second_factors.confirm_app(actor, app.at(now), now)
    return app


def two_and_an_owner(services, owner, then):
    """An owner, and two who are of two hands: the administrator was opened here, the supervisor at the desk by another."""
    with made_up_past():
        for name, role in ((owner, Role.CLERK), ("wang", Role.ADMIN), ("qian", Role.ADMIN)):
            services.accounts.create(name, name, "baishiyi", frozenset({role}), PASSWORD, then)
        desk = services.accounts.acting(services.accounts.user("qian"))
        desk.create("zhao", "zhao", "baishiyi", frozenset({Role.SUPERVISOR}), PASSWORD, then)


def test_both_are_asked_for_their_password_and_their_code(copied):
    services, now = build(load_settings(environ(copied)), hasher=QUICK), datetime.now(UTC)
    two_and_an_owner(services, "li", now - timedelta(days=30))
    enrolled(services, "li", now)
    # One step back, so that the code of now has not been used.
    administrator = enrolled(services, "wang", now - timedelta(minutes=1))
    runner = CliRunner(env=environ(copied))
    refused = runner.invoke(commands, ARGUMENTS, input=f"{PASSWORD}\n000000\n{PASSWORD}\n")
    assert refused.exit_code == 1 and services.second_factors.of(services.accounts.user("li")).app
    typed = f"{PASSWORD}\n{administrator.at(datetime.now(UTC))}\n{PASSWORD}\n"
    done = runner.invoke(commands, [*ARGUMENTS, "--json"], input=typed)
    assert json.loads(done.stdout) == {"username": "li", "reset": True}
    assert not services.second_factors.of(services.accounts.user("li")).any
    assert PASSWORD not in done.output
