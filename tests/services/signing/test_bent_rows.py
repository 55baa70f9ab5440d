"""A row that was edited by hand, and the act of somebody else after it: the signer does not sign the one with the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from harmed import tamper
from lives import Hotel

from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import LicenceChange
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.register.record import DIGEST_BYTES
from licence_qr.errors import ConflictError, KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.services.signing.signer import Signer
from licence_qr.store.signing import unsigned_codes

CHANGE = LicenceChange(principal="新负责人")
FALSE_NUMBER = "渝高新卫公证字〔2026〕第09999号"


@pytest.fixture
def hotel(services: Any, make_application: Any, clerk: Any, now: Any) -> Hotel:
    return Hotel(services, services.issuance.issue(make_application(), clerk, "key", now).uscc, clerk, now)


@pytest.fixture
def asked(services: Any, make_application: Any, clerk: Any, now: Any) -> Hotel:
    """A hotel whose permit is pending in the standard procedure."""
    application = make_application(permit={"mode": GrantMode.GENERAL, "commitment": None})
    return Hotel(services, services.issuance.issue(application, clerk, "key", now).uscc, clerk, now)


def refused_for(hotel: Hotel, act: Callable[[], object]) -> str:
    """The rule for which the signer refuses what ``act`` makes."""
    with pytest.raises(ConflictError) as refused:
        act()
    assert refused.value.code == "signing_refused"
    with hotel.services.database.read() as tx:
        [waiting] = unsigned_codes.everything(tx)
    assert waiting.refused == refused.value.facts["what"]
    return waiting.refused


EDITS = (
    ("entities", "name", "示例仿冒宾馆"),
    ("entities", "business_scope", "许可项目：餐饮服务。"),
    ("premises", "address", "重庆市九龙坡区白市驿镇仿冒路1号"),
    ("permits", "valid_to", "2039-11-22"),
    ("permits", "items", "游泳场所"),
)


@pytest.mark.parametrize(("table", "column", "value"), EDITS)
def test_a_fact_that_was_edited_is_not_signed_with_the_next_act(
    hotel: Hotel, table: str, column: str, value: str
) -> None:
    with hotel.services.database.read() as tx:
        held = tx.all(f"SELECT {column} FROM {table}")[0][column]  # noqa: S608 – our own words
    edit = f"UPDATE {table} SET {column} = ?"  # noqa: S608 – our own words
    tamper(hotel.services.database, edit, values=(value,))
    assert refused_for(hotel, lambda: hotel.after(1).do(Act.CHANGE, CHANGE)) == "history"
    assert [code.version for code in hotel.versions()] == [1]
    tamper(hotel.services.database, edit, values=(held,))
    hotel.services.coding.finishing.finish_waiting(hotel.now, again=True)
    assert [code.version for code in hotel.versions()] == [1], "what was refused says the false value still"


def test_the_same_fact_by_an_act_is_signed(hotel: Hotel) -> None:
    hotel.after(1).do(Act.CHANGE, LicenceChange(name="真名宾馆有限公司"))
    hotel.after(1).do(Act.CHANGE, CHANGE)
    assert [code.version for code in hotel.versions()] == [3, 2, 1]


def bend_record_before(hotel: Hotel, columns: frozenset[str]) -> None:
    """Plant a false permit, and have the signed version know it already; also by its digest and in the token."""
    with hotel.services.database.read() as tx:
        permit = dict(tx.all("SELECT * FROM permits")[0])
    code = hotel.versions()[0]
    record = json.loads(code.record)
    record["permits"].append(record["permits"][0] | {"permit_no": FALSE_NUMBER})
    bent = replace(code, record=canonical_json(record))
    digest = sha256(bent.record.encode()).digest()[:DIGEST_BYTES]
    new: Mapping[str, object] = {
        "record": bent.record,
        "digest": digest,
        "token": code.token.replace(code.digest, digest),
    }
    permit.pop("permit_id")
    permit["permit_no"] = FALSE_NUMBER
    for column in columns:
        tamper(hotel.services.database, f"UPDATE codes SET {column} = ?", values=(new[column],))  # noqa: S608
    names, marks = ", ".join(permit), ", ".join("?" * len(permit))
    insert = f"INSERT INTO permits ({names}) VALUES ({marks})"  # noqa: S608 – our own words
    tamper(hotel.services.database, insert, values=tuple(permit.values()))


@pytest.mark.parametrize("columns", [{"record"}, {"record", "digest"}, {"record", "digest", "token"}], ids=len)
def test_a_version_before_that_was_edited_lends_nothing_to_the_next(hotel: Hotel, columns: set[str]) -> None:
    bend_record_before(hotel, frozenset(columns))
    assert refused_for(hotel, lambda: hotel.after(1).do(Act.CHANGE, CHANGE)) == "version before"


def test_what_a_key_signed_that_was_compromised_since_is_followed_all_the_same(hotel: Hotel) -> None:
    [first] = hotel.versions()
    ceremony = build_ceremony(hotel.services.settings)
    ceremony.new(KeyPurpose.LICENCE, None, hotel.now)
    assert ceremony.compromise(ceremony.find(first.kid.hex()), hotel.now, hotel.now)
    hotel.after(1).do(Act.CHANGE, CHANGE)
    assert [code.kid == first.kid for code in hotel.versions()] == [False, True]


def waits_for_its_grant(hotel: Hotel) -> Hotel:
    """The permit is granted after a visit; the key is gone between the commit and the signature."""

    def gone(now: Any) -> Any:
        raise KeyStoreError("no_signing_key", day=now.date(), purpose="licence")

    services = hotel.services
    signer = services.coding.signer
    assert isinstance(signer, Signer)
    coding = replace(services.coding, signer=replace(signer, signing_key=gone))
    hotel.after(2).visited()
    hotel.services = replace(services, life=replace(services.life, coding=coding))
    with pytest.raises(KeyStoreError):
        hotel.do(Act.GRANT, permit=0)
    hotel.services = services
    return hotel


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM grant_visits",
        "UPDATE grant_visits SET outcome = 'not_passed'",
        "UPDATE grant_visits SET named = '检查员甲'",
        "UPDATE grant_visits SET subject = 'permit/77'",
        "UPDATE grant_visits SET named = '检查员甲,白市驿镇窗口'",
        "UPDATE grant_visits SET officers = 'clerk-baishiyi'",
    ],
)
def test_a_grant_without_its_visit_by_others_is_not_signed(asked: Hotel, sql: str) -> None:
    clerk, password = asked.clerk, "seven grey herons at noon"
    asked.services.accounts.create(
        clerk.username, clerk.display_name, clerk.office, clerk.roles, password, asked.now, staff_no="1"
    )
    waits_for_its_grant(asked)
    tamper(asked.services.database, sql)
    asked.services.coding.finishing.finish_waiting(asked.now)
    with asked.services.database.read() as tx:
        assert [code.refused for code in unsigned_codes.everything(tx)] == ["visit"]


@pytest.mark.parametrize("mode", ["shown", "filing", "general"])
def test_another_mode_in_its_row_is_no_way_round_the_visit(asked: Hotel, mode: str) -> None:
    waits_for_its_grant(asked)
    tamper(asked.services.database, "DELETE FROM grant_visits", f"UPDATE permits SET mode = '{mode}'")  # noqa: S608
    asked.services.coding.finishing.finish_waiting(asked.now)
    with asked.services.database.read() as tx:
        assert [code.refused for code in unsigned_codes.everything(tx)] == ["visit"]


def test_a_grant_after_its_visit_is_signed(asked: Hotel) -> None:
    waits_for_its_grant(asked)
    asked.services.coding.finishing.finish_waiting(asked.now)
    assert [len(json.loads(code.record)["permits"]) for code in asked.versions()] == [1, 0]
