"""Questions and applications made to upset the register: endless texts, impossible numbers, a credit code twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import NotFoundError

SUPERVISOR = Actor(9, "supervisor", "负责人", "baishiyi", frozenset({Role.SUPERVISOR}))


@pytest.mark.parametrize("text", ["酒" * 60_000, "%" * 60_000, "\0", "测\0试"])
def test_a_text_that_no_business_can_bear_finds_none(services, clerk, make_application, now, text):
    services.issuance.issue(make_application(), clerk, "one", now)
    assert services.register.search(clerk, text, now) == ()


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_question_number_beyond_all_keys_is_not_found(services, number):
    with pytest.raises(NotFoundError) as refusal:
        services.waiting.get(SUPERVISOR, number)
    assert refusal.value.code == "thing_not_found"


@pytest.mark.parametrize("serial", ["9" * 19, "9" * 5000])
def test_an_imported_number_that_no_counter_could_follow_moves_none(catalogue, serial):
    template = catalogue.number_template("hygiene_permit", "cq_gxq_health")
    assert template.parse(template.render(2026, 7).replace("00007", serial)) is None
    assert template.parse(template.render(2026, 123_456_789)) == (2026, 123_456_789)


def test_an_allotted_credit_code_is_never_one_that_somebody_typed(services, clerk, make_application, now):
    first = services.issuance.issue(make_application(1, entity={"uscc": None}), clerk, "first", now)
    taken = complete_uscc(first.uscc[:8], f"MY{int(first.uscc[10:16]) + 1:06d}")
    services.issuance.issue(make_application(2, entity={"uscc": taken}), clerk, "typed", now)
    third = services.issuance.issue(make_application(3, entity={"uscc": None}), clerk, "third", now)
    assert third.uscc not in {first.uscc, taken}
    assert "2号" in services.register.business(clerk, taken, now).page.licence.name


def test_the_stamp_follows_the_edition_of_the_trust_list_and_not_its_place_in_memory(services, now):
    current = services.keys.trust_list()
    read_again, renewed = replace(current), replace(current, sequence=current.sequence + 1)
    stamps = [replace(services.lookup, trust_list=lambda e=e: e).stamp(now) for e in (current, read_again, renewed)]
    assert stamps[0] == stamps[1] != stamps[2]
