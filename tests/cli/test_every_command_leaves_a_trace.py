"""Every command leaves an event or a trace in the name of the system user, or stands here with the reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from commands import DATA, EXAMPLES, copy_of
from program import environ
from pyrage import x25519
from quick_passwords import QUICK
from safe import make_safe

from licence_qr.bootstrap import Services, build
from licence_qr.cli.main import commands
from licence_qr.config import load_settings
from licence_qr.domain.accounts.factor_resets import SETTLED_DAYS
from licence_qr.domain.accounts.people import ServiceIdentity
from licence_qr.domain.cases.case import AT_THE_AUTHORITY
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.process.system_user import system_user
from licence_qr.services.keys.trust_list_editions import KeyPurpose
from licence_qr.services.register.chronology import made_up_past
from licence_qr.store.accounts import identity_bindings
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.store.cases import items
from licence_qr.store.register import history, traces

HERE = f"console:{system_user()}"
PASSWORD = "a quiet morning by the river"
RECIPIENT = str(x25519.Identity.generate().to_public())
NEEDS_NONE = {
    "completion": "prints the program's own words",
    "check": "tells numbers of codes and counts, and no person",
    "doctor": "tells paths, modes, days and counts, and no person",
    "keys list": "prints the trust list, which is published",
    "migrate": "leaves what init leaves, where it upgrades anything",
    "notice": "prints a text of the catalogue, which is published",
    "serve": "answers requests, each of which leaves its own; starting and stopping are in the log of the service",
    "account service-only set": "refused without an identity service; its event is in test_service_only",
    "sign-service": "signs what acts have committed, each of which leaves its own, and writes nothing itself",
    "settings": "prints settings without secrets",
    "verify-backup": "tells counts and names of files, and no person",
    "verify": "reads a code that is handed to it, and no register",
}
# In this order, in one installation: what a command leaves. Words in braces are found before it runs.
LEAVES: Mapping[str, tuple[str, EventKind]] = {
    "init": ("--demonstration", EventKind.REGISTER_PREPARED),
    "account add": ("li --name 李示例 --office bafu --role clerk --staff-no 7", EventKind.ACCOUNT_OPENED),
    "account password": ("li", EventKind.PASSWORD_SET),
    "account roles": ("li --role inspector", EventKind.ROLES_CHANGED),
    "account disable": ("li", EventKind.ACCOUNT_CLOSED),
    "account enable": ("li", EventKind.ACCOUNT_REOPENED),
    "account service-only lift": ("by-service", EventKind.SIGN_IN_WAY_CHANGED),
    "account list": ("", EventKind.DATA_SEEN),
    "account reset-second-factor": ("li --administrator wang --second zhao --reason 核对", EventKind.FACTORS_RESET),
    "person add": ("--name 张示例 --office bafu", EventKind.PERSON_ADDED),
    "person change": ("{person} --name 章示例", EventKind.PERSON_CHANGED),
    "person sessions": ("{other}", EventKind.DATA_SEEN),
    "person sign-out": ("{other}", EventKind.DEVICES_FORGOTTEN),
    "person merge": ("{person} {other}", EventKind.PERSONS_MERGED),
    "person unbind": ("{bound} --reason 核对", EventKind.IDENTITY_UNBOUND),
    "person list": ("", EventKind.DATA_SEEN),
    "person absence enter": (
        "{person} --from 2099-01-01 --to 2099-01-02 --substitute nobody",
        EventKind.ABSENCE_ENTERED,
    ),
    "person absence list": ("{person}", EventKind.DATA_SEEN),
    "person absence change": ("1 --kind leave", EventKind.ABSENCE_CHANGED),
    "person absence end": ("1", EventKind.ABSENCE_ENDED),
    "issue": (f"{EXAMPLES / 'company.toml'}", EventKind.CODE_ISSUED),
    "import": (f"{DATA / 'market_licences.csv'} {DATA / 'health_permits.xlsx'}", EventKind.EXPORTED),
    "case-results": ("{results} --office firechecks", EventKind.ITEM_CHANGED),
    "keys new": ("licence", EventKind.KEY_ADDED),
    "keys rotate": ("status", EventKind.KEY_ROTATED),
    "keys retire": ("{key} --yes", EventKind.KEY_RETIRED),
    "keys compromise": ("{key} --since 2020-01-01 --yes", EventKind.KEY_COMPROMISED),
    "keys adopt": ("{unlisted}", EventKind.KEY_ADOPTED),
    "keys export": ("{folder}", EventKind.EXPORTED),
    "keys root move": ("{medium} --root-passphrase-file {passphrase}", EventKind.ROOT_MOVED),
    "backup": (f"{{folder}} --recipient {RECIPIENT}", EventKind.EXPORTED),
    "restore": ("--here", EventKind.REGISTER_PREPARED),
    "remind": ("", EventKind.EXPORTED),
    "life sweep": ("", EventKind.SWEPT),
    "life show": ("91500107M000090139", EventKind.DATA_SEEN),
}


def leaves(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[str]:
    """The commands below a group, each with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*before, name))
        else:
            yield " ".join((*before, name))


def test_every_command_stands_in_one_of_the_lists() -> None:
    assert sorted(leaves(commands)) == sorted([*LEAVES, *NEEDS_NONE])


@pytest.fixture(scope="module")
def told(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each command of ``LEAVES`` left, by its words, run one after the other in a copy of the demonstration."""
    folder = copy_of(installed, tmp_path_factory.mktemp("leaves") / "installation")
    services = build(load_settings(environ(folder)), hasher=QUICK)
    told = {"init": set(left_by_the_console(services))}  # which made the demonstration
    then = datetime.now(UTC) - timedelta(days=SETTLED_DAYS)
    with made_up_past():
        for name in ("wang", "qian"):
            services.accounts.create(name, name, "baishiyi", frozenset({Role.ADMIN}), PASSWORD, then)
        desk = services.accounts.acting(services.accounts.user("qian") or AT_THE_MACHINE)
        desk.create("zhao", "zhao", "bafu", frozenset({Role.SUPERVISOR}), PASSWORD, then)
        binding = Binding(bound_person(services), ServiceIdentity("https://sso.example.gov.cn", "wang"), then)
        with services.database.write() as tx:
            identity_bindings.put(tx, binding)
        services.accounts.create("by-service", "示例", "bafu", frozenset({Role.CLERK}), PASSWORD, then, staff_no="S-1")
        services.accounts.set_service_only("by-service", then, only=True)
    runner = CliRunner(env=environ(folder))
    for command, (arguments, _) in list(LEAVES.items())[1:]:
        before = left_by_the_console(services)
        words = (command + " " + arguments.format_map(found(services))).split()
        ended = runner.invoke(commands, words, input=f"{PASSWORD}\n{PASSWORD}\n")
        assert ended.exit_code == 0, (command, ended.output, ended.exception)
        told[command] = set(left_by_the_console(services) - before)
    services.database.close()
    return told


def found(services: Services) -> dict[str, object]:
    """What stands in braces: the newest people, the newest key for licences, a folder."""
    people = [each.person.person_id for each in services.staff.everybody()]
    keys = [key.kid.hex() for key in services.keys.trust_list().keys if key.purpose is KeyPurpose.LICENCE]
    folder = services.settings.home.parent
    return {
        "person": people[-1],
        "other": people[-2],
        "bound": bound_person(services),
        "key": keys[-1],
        "folder": services.settings.home.parent / "out",
        "results": result_file(services),
        "unlisted": unlisted_key(services),
        "medium": make_safe(folder),
        "passphrase": folder / "safe" / "root-passphrase",
    }


def result_file(services: Services) -> Path:
    """A file with the refusal of an item that waits for the fire service, or of none once that is done."""
    with services.database.read() as tx:
        waiting = items.at_authority(tx, "cq_gxq_fire", AT_THE_AUTHORITY)
    rows = [f"{each.item.application_no},{each.item.permit_type},refused,示例" for each in waiting]
    file = services.settings.home.parent / "results.csv"
    file.write_text("\n".join(["受理号,事项,结果,理由", *rows]), encoding="utf-8")
    return file


def unlisted_key(services: Services) -> Path:
    """The file of a key that no list names."""
    listed = services.keys.trust_list().keys
    made = services.keys.make_key(KeyPurpose.STATUS, listed, datetime.now(UTC).date())
    return services.settings.keys / f"status-{made.kid.hex()}.pem"


def bound_person(services: Services) -> int:
    """Somebody who has come in by an identity service."""
    wang = services.accounts.user("wang")
    assert wang
    return wang.person_id


def left_by_the_console(services: Services) -> Counter[str]:
    """How many events and traces of each kind the system user has left, or somebody at the console who confirmed."""
    with services.database.read() as tx:
        rows = history.everything(tx) + traces.everything(tx)
    return Counter(row["event"] for row in rows if HERE in {row["actor"], row["device"]})


@pytest.mark.parametrize("command", LEAVES)
def test_it_is_recorded(told: dict[str, set[str]], command: str) -> None:
    _, kind = LEAVES[command]
    assert kind in told[command]


def test_a_change_that_changes_nothing_shows_nobody_without_a_trace(copied: Path) -> None:
    services, runner = build(load_settings(environ(copied))), CliRunner(env=environ(copied))
    key, before = services.staff.everybody()[0].person.person_id, left_by_the_console(services)
    ended = runner.invoke(commands, ["person", "change", str(key), "--json"])
    assert ended.exit_code == 0, ended.output
    assert set(left_by_the_console(services) - before) == {EventKind.DATA_SEEN}
    services.database.close()


def test_a_second_init_changes_nothing_and_is_not_told_again(copied: Path) -> None:
    runner = CliRunner(env=environ(copied))
    assert runner.invoke(commands, ["init"]).exit_code == 0
    services = build(load_settings(environ(copied)))
    assert left_by_the_console(services)[EventKind.REGISTER_PREPARED] == 1
    services.database.close()
