"""The applicant and the agent of an application: what is asked of them, and what is refused beside which field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from typed_application import TODAY, changed, parse, refusals

from licence_qr.domain.issuing.draft import FieldOrigin, TypedField, Typing, merge
from licence_qr.domain.issuing.typed_parties import understood
from licence_qr.domain.parties.party import PartyRole

NUMBER, OTHER = "110101199003070011", "500107198501010018"
AGENT = {"agent_name": "代理人", "agent_authority": "授权委托书"}


def typed(**fields: str) -> Typing:
    return understood({}, Typing(fields, 0), TODAY)


def test_an_application_without_a_number_has_an_applicant_by_name() -> None:
    [applicant] = parse(changed()).parties
    assert (applicant.role, applicant.name, applicant.number) == (PartyRole.APPLICANT, changed()["principal"], "")


def test_the_agent_stands_beside_the_applicant() -> None:
    application = parse(
        changed(principal_id_number=NUMBER, agent_id_number=OTHER, agent_authority_until="2026年12月31日", **AGENT)
    )
    applicant, agent = application.parties
    assert (applicant.number, agent.number) == (NUMBER, OTHER)
    assert NUMBER not in repr(application) and OTHER not in repr(application)
    assert (application.agent_name, application.agent_authority) == ("代理人", "授权委托书")
    assert application.agent_authority_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"principal_id_number": "110101199003070012"}, ("principal_id_number", "identity_number_check_digit")),
        ({**AGENT, "agent_id_number": NUMBER[:17]}, ("agent_id_number", "identity_number_length")),
        ({"agent_authority": "授权委托书"}, ("agent_name", "agent_name_missing")),
        ({"agent_name": "代理人"}, ("agent_authority", "agent_authority_missing")),
        ({**AGENT, "agent_authority_until": "2026-11-22"}, ("agent_authority_until", "agent_authority_ended")),
        ({**AGENT, "agent_authority_until": "soon"}, ("agent_authority_until", "application_date_unreadable")),
        (
            {**AGENT, "principal_id_number": NUMBER, "agent_id_number": NUMBER},
            ("agent_id_number", "agent_is_applicant"),
        ),
        ({"principal": f"王五 {NUMBER}{NUMBER}"}, ("principal", "card_text_unread")),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field(fields: dict[str, str], expected: tuple[str, str]) -> None:
    assert refusals(changed(**fields)) == [expected]


def test_an_authority_that_ends_today_still_holds() -> None:
    parse(changed(agent_authority_until=TODAY.isoformat(), **AGENT))


def test_a_card_in_either_field_of_a_person_gives_name_and_number() -> None:
    burst = f"王五|男|{NUMBER}"
    for field in ("principal", "principal_id_number"):
        read = typed(**{"domicile": "别处", field: burst})
        assert read.fields == {"domicile": "别处", "principal": "王五", "principal_id_number": NUMBER}
        assert read.origins == {"principal": FieldOrigin.READ, "principal_id_number": FieldOrigin.READ}
    assert typed(agent_name=burst).fields == {"agent_name": "王五", "agent_id_number": NUMBER}


def test_a_number_in_the_field_of_the_name_leaves_the_name() -> None:
    stored = {"principal": TypedField("王五")}
    read = understood(stored, Typing({"principal": NUMBER}, 0), TODAY)
    assert read.fields == {"principal": "王五", "principal_id_number": NUMBER}


def test_a_number_that_is_typed_was_not_read() -> None:
    for text in (NUMBER, "110101 19900307 0011"):
        assert typed(principal="王五", principal_id_number=text).origins == {}


def test_what_follows_a_number_in_its_field_is_let_go() -> None:
    stored = {"principal": TypedField("王五"), "principal_id_number": TypedField(NUMBER)}
    for text in (f"{NUMBER}演示路1号", f"{NUMBER}欧阳小明"):
        typing = understood(stored, Typing({"principal_id_number": text}, 0), TODAY)
        assert typing.fields == {"principal_id_number": NUMBER}
        merged = merge(stored, typing, 1, datetime(2026, 11, 23, tzinfo=UTC), 1)
        assert merged.entries["principal_id_number"].origin is FieldOrigin.READ


def test_a_mask_that_was_left_alone_is_the_number_and_another_is_what_was_typed() -> None:
    stored = {"principal_id_number": TypedField(NUMBER)}
    for text, kept in (("1101************11", NUMBER), ("1101************12", "1101************12"), ("", "")):
        read = understood(stored, Typing({"principal_id_number": text}, 0), TODAY)
        assert read.fields == {"principal_id_number": kept}


def test_what_is_not_understood_stays_as_typed() -> None:
    for text in ("王五|110101199003070012", f"{NUMBER}|{OTHER}", "王五"):
        assert typed(principal=text).fields == {"principal": text}
