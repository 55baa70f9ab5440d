"""A promise is one text with one name; the record carries the name, and says nothing where there is none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest
from made_up_codes import record
from shipped import CATALOGUE
from typed_application import HOTEL, NOTICE, TODAY, changed

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.issuing.promise import (
    Agent,
    Drawing,
    PromisedPermit,
    PromiseFacts,
    PromiseSignature,
    SignedHow,
    promise_of,
)
from licence_qr.domain.issuing.promise_form import DrawnSignature
from licence_qr.errors import InvalidApplication

FACTS = PromiseFacts(
    notice_id=NOTICE.id,
    notice_version=NOTICE.version,
    notice_sha256=NOTICE.sha256,
    name=HOTEL["name"],
    principal=HOTEL["principal"],
    premises_address=HOTEL["premises_address"],
    signer=HOTEL["signer"],
)
DRAWN = DrawnSignature(FACTS, SignedHow.DESK, TODAY, Drawing("a" * 64, "b" * 64))
PERMIT = PromisedPermit("JINFENG-2026-000001", "hygiene_permit")
AGENT = {"agent_name": "代办人", "agent_authority": "授权委托书", "agent_authority_until": "2026-12-31"}


def made(signature: PromiseSignature, salt: bytes = bytes(32), facts: PromiseFacts = FACTS):
    return promise_of(PERMIT, NOTICE, facts, signature, salt)


def at_desk(drawn: DrawnSignature | None = None, today: date = TODAY, **fields: str) -> PromiseSignature:
    typed = changed(**fields)
    application = parse_application(typed, CATALOGUE, "jinfeng", today, False, at_desk=True, drawn=drawn)
    commitment = application.permits[0].commitment
    assert commitment is not None
    return commitment.signature


def refusals(*given: object, **fields: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidApplication) as refused:
        at_desk(*given, **fields)  # type: ignore[arg-type]
    return [(each.field, each.code) for each in refused.value.problems]


def test_the_document_has_the_very_text_and_its_hash_is_its_name() -> None:
    promise = made(PromiseSignature("演示甲", TODAY, None, SignedHow.DESK, DRAWN.drawing))
    assert hashlib.sha256(promise.document.encode("utf-8")).hexdigest() == promise.sha256
    document = json.loads(promise.document)
    assert canonical_json(document) == promise.document
    assert document["notice"]["text"] == NOTICE.text
    assert document["business"] == {
        "name": HOTEL["name"], "principal": "演示甲", "premises_address": HOTEL["premises_address"],
    }  # fmt: skip
    assert document["signed"] == {
        "by": "principal", "agent_sha256": None, "on": "2026-11-23", "how": "desk", "image_sha256": "a" * 64,
    }  # fmt: skip
    assert promise.private == ""
    assert "b" * 64 not in promise.document  # where the picture is kept is nobody's business


def test_an_agent_stands_in_a_salted_part_of_which_the_document_has_the_hash() -> None:
    signature = PromiseSignature("代办人", TODAY, Agent("代办人", "授权委托书", date(2026, 12, 31)))
    one, other = made(signature, bytes(32)), made(signature, b"\x01" * 32)
    assert "代办人" not in one.document
    assert json.loads(one.private)["name"] == "代办人"
    assert json.loads(one.document)["signed"]["agent_sha256"] == hashlib.sha256(one.private.encode()).hexdigest()
    assert one.sha256 != other.sha256  # so that nobody finds the name by trying names


@pytest.mark.parametrize("field", ["name", "principal", "premises_address"])
def test_another_word_is_another_document(field: str) -> None:
    signature = PromiseSignature("演示甲", TODAY)
    assert made(signature).sha256 != made(signature, facts=replace(FACTS, **{field: "另外"})).sha256


def test_a_record_says_a_promise_only_where_there_is_one() -> None:
    plain = record()
    assert b'"promise"' not in plain.canonical()
    promised = replace(plain, permits=(replace(plain.permits[0], promise="c" * 64), *plain.permits[1:]))
    said = json.loads(promised.canonical())
    assert said["permits"][0].pop("promise") == "c" * 64
    assert canonical_json(said).encode("utf-8") == plain.canonical()
    assert promised.digest() != plain.digest()


def test_at_the_desk_a_promise_is_drawn_or_on_paper_and_of_today() -> None:
    assert at_desk(DRAWN) == PromiseSignature("演示甲", TODAY, None, SignedHow.DESK, DRAWN.drawing)
    assert at_desk(signed_on_paper="yes") == PromiseSignature("演示甲", TODAY)
    assert refusals() == [("signed_on_paper", "promise_not_signed")]
    yesterday = date(2026, 11, 22)
    assert refusals(replace(DRAWN, signed_on=yesterday)) == [("signed_on_paper", "promise_of_another_day")]
    for day in ("2026-11-22", "2026-11-24"):
        assert refusals(signed_on_paper="yes", signed_on=day) == [("signed_on", "promise_of_another_day")]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "重庆演示新名酒店管理有限公司"},
        {"premises_address": "重庆市九龙坡区金凤镇演示路2号"},
        {"principal": "演示乙", "signer": "演示乙"},
        {"signer": "代办人", **AGENT},
    ],
)
def test_it_is_signed_again_where_what_it_says_has_changed(fields: dict[str, str]) -> None:
    assert refusals(DRAWN, **fields) == [("signed_on_paper", "promise_signed_before_change")]


def test_it_is_signed_again_where_the_notice_has_changed() -> None:
    drawn = replace(DRAWN, facts=replace(FACTS, notice_version="0", notice_sha256="0" * 64))
    assert refusals(drawn) == [("signed_on_paper", "promise_signed_before_change")]


def test_an_agent_signs_with_an_authority_that_stands() -> None:
    signed = at_desk(signer="代办人", signed_on_paper="yes", **AGENT)
    assert signed.agent == Agent("代办人", "授权委托书", date(2026, 12, 31))
    endless = AGENT | {"agent_authority_until": ""}
    assert at_desk(signer="代办人", signed_on_paper="yes", **endless).agent == Agent("代办人", "授权委托书")
    assert at_desk(signed_on_paper="yes", **AGENT).agent is None  # the principal signs all the same


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, ("signer", "signer_is_neither")),
        (AGENT | {"agent_name": "别人"}, ("signer", "signer_is_neither")),
        (AGENT | {"agent_authority": " "}, ("agent_authority", "agent_authority_missing")),
        (AGENT | {"agent_authority_until": "2026-11-22"}, ("agent_authority_until", "agent_authority_ended")),
        (AGENT | {"agent_authority_until": "some day"}, ("agent_authority_until", "application_date_unreadable")),
    ],
)
def test_who_has_no_authority_is_refused(fields: dict[str, str], refused: tuple[str, str]) -> None:
    """Once, beside the field that is wrong."""
    assert refusals(signer="代办人", signed_on_paper="yes", **fields) == [refused]
