"""``--json``: one object with the documented members on standard output, whatever else the command has to say."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commands import DATA, EXAMPLES
from harmed import tamper
from program import Ended, Run
from safe import root_options

from licence_qr.domain.dates import local_date
from licence_qr.store.database.connections import Database

DOCUMENT = Path(__file__).parents[2] / "docs" / "running" / "command-line.md"
PERSON = ("li.si", "--name", "李四", "--office", "bafu", "--role", "clerk")


def documented(command: str) -> set[str]:
    """The members that docs/running/command-line.md names for a command; what stands in brackets is inside of one."""
    row = re.search(rf"^\| `{command}` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert row
    return set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)|: .*", "", row[1])))


ADDRESS = "https://ym.example.gov.cn"  # which make_services gives its installations


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, make_services) -> Path:
    """The folder of a new installation of today, with an empty register; for copying only."""
    folder = tmp_path_factory.mktemp("json") / "installation"
    make_services(folder, demonstration=False, at=datetime.now(UTC)).database.close()
    return folder


@pytest.fixture
def here(installation: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(installation, tmp_path / "installation"))


@pytest.fixture
def told(here: Path, run: Run) -> Any:
    """Runs a command with --json that has to succeed and to print the documented members; its object."""

    def tell(command: str, *arguments: object) -> Any:
        ended = run(here, *command.split(), *arguments, "--json", LICENCE_QR_ADDRESS=ADDRESS)
        assert ended.status == 0, ended.err
        facts = json.loads(ended.out)
        assert set(facts) == documented(command)
        return facts

    return tell


def test_an_installation_and_its_people(told, here):
    made = told("init")
    assert made == {"register": str(here / "var/register.db"), "keys": str(here / "keys"), "demonstration": None}
    added = told("account add", *PERSON, "--staff-no", "B-017")
    assert (added["username"], added["roles"]) == ("li.si", ["clerk"])
    assert told("account password", "li.si")["password"] != added["password"]
    assert told("account disable", "li.si")["disabled"] is True
    person = {"username": "li.si", "display_name": "李四", "office": "bafu", "roles": ["clerk"], "disabled": True}
    assert told("account list") == {"accounts": [person | {"service_only": False}]}
    assert told("account roles", "li.si", "--role", "decider")["roles"] == ["decider"]
    assert told("account enable", "li.si")["disabled"] is False


def test_people_are_listed_added_changed_and_merged(told):
    told("account add", *PERSON, "--staff-no", "B-017")
    added = told("person add", "--name", "李示例", "--office", "bafu")
    changed = told("person change", added["key"], "--name", "李四", "--office", "baishiyi")
    assert (changed["name"], changed["office"], changed["accounts"]) == ("李四", "baishiyi", [])
    assert changed.pop("roles_to_give") == {}
    assert [each["zh"] for each in changed["told"]] == ["有同名的人"]
    [first, second] = told("person list")["people"]
    assert (first["staff_no"], first["accounts"], second) == ("B-017", ["li.si"], changed)
    assert told("person merge", second["key"], first["key"]) == {
        "key": second["key"],
        "staff_no": "B-017",
        "name": "李四",
        "office": "baishiyi",
        "accounts": ["li.si"],
        "told": [],
        "acts_of_both": [],
    }
    assert told("person sessions", second["key"]) == {"sessions": []}
    assert told("person sign-out", second["key"]) == {"ended": 0}


def test_roles_that_do_not_move_to_another_office_are_told(told):
    told("account add", "zhao", "--name", "赵四", "--office", "bafu", "--role", "decider", "--staff-no", "B-9")
    [person] = told("person list")["people"]
    moved = told("person change", person["key"], "--office", "baishiyi")
    assert moved["roles_to_give"] == {"zhao": ["decider"]}
    assert told("account list")["accounts"][0]["roles"] == []


def test_absences_are_entered_corrected_ended_and_listed(told):
    for staff_no, name in (("B-1", "王示例"), ("B-2", "李示例"), ("B-3", "赵示例")):
        told("person add", "--name", name, "--office", "bafu", "--staff-no", staff_no)
    wang, li, zhao = (each["key"] for each in told("person list")["people"])
    first, last = (local_date(datetime.now(UTC)) + timedelta(days=days) for days in (3, 9))
    given = ("--from", first, "--to", last, "--substitute", li, "--kind", "leave")
    entered = told("person absence enter", wang, *given)
    days = {"from": str(first), "to": str(last), "kind": "leave", "retracted": False}
    assert entered == {"key": entered["key"], "person": wang, "substitute": li, **days}
    changed = told("person absence change", entered["key"], "--substitute", zhao)
    assert changed == {**entered, "substitute": zhao}
    assert told("person absence list", wang) == {"absences": [changed]}
    assert told("person absence change", entered["key"], "--substitute", "nobody")["substitute"] is None
    assert told("person absence end", entered["key"])["retracted"] is True
    assert told("person absence list", wang) == {"absences": []}


def test_what_is_issued_verified_and_followed(told, here):
    issued = told("issue", EXAMPLES / "company.toml")
    genuine = told("verify", issued["address"])
    assert (genuine["genuine"], genuine["uscc"]) == (True, issued["uscc"])
    assert told("life show", issued["uscc"])["version"] == 1
    assert re.fullmatch("[0-9a-f]{64}", told("notice")["notice_sha256"])
    swept = told("life sweep")
    assert (swept.pop("unswept"), set(swept.values())) == ([], {0})
    assert set(told("remind --dry-run")["would_write"]) == {"overdue", "urgent", "soon", "notice"}
    assert told("remind")["outbox"] == str(here / "var" / "outbox")
    merged = told("import", DATA / "market_licences.csv", DATA / "health_permits.xlsx")
    assert Path(merged["report"]).is_file()


def test_what_happens_to_keys(told, here):
    root = root_options(here)
    first = told("keys list")["keys"]
    new = told("keys new", "licence", *root)
    assert (new["purpose"], new["changed"]) == ("licence", True)
    rotated = told("keys rotate", "status", *root)
    assert [key["kid"] for key in rotated["former"]] == [key["kid"] for key in first if key["purpose"] == "status"]
    assert told("keys retire", new["kid"], *root)["edition"] == rotated["edition"] + 1
    assert told("keys retire", new["kid"], *root)["changed"] is False
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    lost = told("keys compromise", new["kid"], "--since", since, "--yes", *root)
    assert (lost["kid"], lost["stay_good"], lost["refused"], lost["changed"]) == (new["kid"], 0, 0, True)
    assert told("keys compromise", new["kid"], "--since", since, "--yes", *root) == lost | {"changed": False}
    assert {Path(file).name for file in told("keys export", here / "out")["files"]} >= {"trust-list.cbor"}


def test_what_happens_where_keys_are_not_as_they_should_be(told, here):
    root, lists = root_options(here), ("trust-list.cbor", "newest-lists.json")
    before = {name: (here / "keys" / name).read_bytes() for name in lists}
    kid = told("keys new", "status", *root)["kid"]
    for name in lists:  # as if it had been cut before the list
        (here / "keys" / name).write_bytes(before[name])
    tamper(Database(here / "var" / "register.db"), "DELETE FROM register_facts WHERE name LIKE 'newest %'")
    adopted = told("keys adopt", here / "keys" / f"status-{kid}.pem", *root)
    assert (adopted["kid"], adopted["purpose"], adopted["changed"]) == (kid, "status", True)
    assert told("keys root move", here / "safe" / "root", *root[2:]) == {
        "folder": str(here / "safe" / "root"),
        "changed": False,
    }


def refused(ended: Ended, status: int) -> list[dict[str, Any]]:
    assert ended.status == status
    facts = json.loads(ended.out)
    assert list(facts) == ["errors"]
    assert all(set(error) == {"code", "field", "zh", "en"} and error["zh"] and error["en"] for error in facts["errors"])
    assert all(f"[{error['code']}]" in ended.err for error in facts["errors"])
    return list(facts["errors"])


def test_a_refusal_is_an_object_too_and_its_words_stand_on_standard_error(here, run, tmp_path):
    broken = tmp_path / "broken.toml"
    text = (EXAMPLES / "company.toml").read_text(encoding="utf-8")
    broken.write_text(text.replace("91500107M000090139", "91500107M000090130"), encoding="utf-8")
    errors = refused(run(here, "issue", broken, "--json"), 1)
    assert [(error["code"], error["field"]) for error in errors] == [
        ("application_invalid", None),
        ("uscc_check", "uscc"),
    ]
    (in_the_way := tmp_path / "file").write_text("")
    errors = refused(run(here, "issue", EXAMPLES / "company.toml", "--out", in_the_way / "out", "--json"), 2)
    assert [error["code"] for error in errors] == ["file_not_usable"]
    assert [error["code"] for error in refused(run(here, "account", "disable", "nobody", "--json"), 1)] == [
        "account_unknown"
    ]


def test_a_question_is_asked_on_standard_error(here, run, monkeypatch):
    listed = json.loads(run(here, "keys", "list", "--json").out)["keys"]
    (kid,) = [key["kid"] for key in listed if key["signs_today"] and key["purpose"] == "licence"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))  # nothing is typed, and nothing is done
    ended = run(here, "keys", "retire", kid, "--json")
    assert (ended.status, ended.out) == (130, "")
    assert "Continue?" in ended.err
    assert json.loads(run(here, "keys", "list", "--json").out)["keys"] == listed
