"""The parties of applications: nowhere is a number to be read, one person is found again, and each look leaves a trace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.issuing.draft import FieldOrigin, Typing
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.domain.parties.party import Party, PartyRole
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError, InvalidApplication, NotFoundError, RuleError
from licence_qr.services.issuing.known import Weight
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.proposals.decide import ProposalRequest
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.register import permits

NUMBER, OTHER, THIRD = "110101199003070011", "500107198501010018", "500107198501010026"
AGENT = {"agent_name": "代理人", "agent_id_number": OTHER, "agent_authority": f"委托书1号，受托人{OTHER}"}
PERMIT = ("hygiene_permit",)


@pytest.fixture
def typed(catalogue, now):
    """A form of an individual business that can be issued, as typed."""
    notice = catalogue.notice("hygiene_permit", now.date())
    return {
        "trade": "hotel", "kinds": "hotel", "area_m2": "320", "answer_serves_food": "no", "answer_has_pool": "no",
        "entity_form": "individual", "uscc": complete_uscc("92500107", "MX000001"), "name": "测试客栈",
        "principal": "测试员", "established_on": "2026-11-20", "domicile": "测试路1号", "business_scope": "住宿服务",
        "premises_address": "测试路1号", "premises_region": "500107105", "mode": "commitment", "notice_id": notice.id,
        "notice_version": notice.version, "notice_sha256": notice.sha256, "signer": "测试员", "signed_on": "2026-11-23",
        "signed_on_paper": "yes",
    }  # fmt: skip


@pytest.fixture
def save(services, clerk, now):
    """Save fields as a draft, a new one or this."""

    def keep(draft=None, page="page", **fields):
        draft = draft or services.applications.start(clerk, now)
        return services.applications.keep(clerk, draft.draft_id, Typing(fields, draft.revision, page, 1), now)

    return keep


@pytest.fixture
def issue_of(services, clerk, now, make_application):
    """Issue an application of a person with this number, for an individual business or another form."""

    def issue(serial, number, form=EntityForm.INDIVIDUAL):
        category = "92" if form is EntityForm.INDIVIDUAL else "91"
        entity = {"form": form, "uscc": complete_uscc(f"{category}500107", f"MX{serial:06}"), "principal": "测试员"}
        party = Party(PartyRole.APPLICANT, "测试员", number)
        application = make_application(serial, entity=entity, parties=(party,))
        return services.issuance.issue(application, clerk, f"key-{serial}", now).uscc

    return issue


def register_bytes(services) -> bytes:
    """Everything that lies in the files of the register."""
    path: Path = services.settings.register_path
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")) if each.is_file())


def annul(services, clerk, uscc, now):
    """Leave the entry of an annulment for a false statement in the credit record."""
    with services.database.read() as tx:
        permit = permits.of_business(tx, uscc)[0]
    why, today = Grounds("承诺不实", "《行政许可法》第七十九条", "〔2026〕7号"), local_date(now)
    asked = ProposalRequest(Subject(uscc, permit.permit_id), Act.SUSPEND, why, None, suspension=Suspension.CLOSED)
    proposal = services.proposals.propose(replace(clerk, roles=frozenset({Role.INSPECTOR})), asked, now)
    with services.database.write() as tx:
        entry = credit_record.add(tx, uscc, (permit.permit_id, PERMIT[0]), Fault.FALSE_STATEMENT, proposal)
        credit_record.settle(tx, entry, EntryState.STANDING, today, Period(today, today + timedelta(days=9)))


def test_no_number_is_to_be_read_in_the_register_after_draft_refusal_and_issue(services, clerk, typed, save, now):
    wrong = f"{NUMBER[:17]}2"
    draft = save(**typed, principal_id_number=wrong, **AGENT)
    draft = save(draft, "second", principal=f"{wrong}|{THIRD}{NUMBER}", principal_id_number=OTHER)
    draft = save(draft, "third", business_scope=f"住宿服务 {THIRD}")
    draft = save(replace(draft, revision=1), "late", principal_id_number=THIRD)
    assert draft.disputed["principal_id_number"].rivals[0].text == THIRD
    with pytest.raises(InvalidApplication):
        services.applications.issue(clerk, draft.draft_id, now)
    draft = services.applications.choose(clerk, draft.draft_id, "principal_id_number", "late", now)
    draft = save(draft, "fourth", principal_id_number=NUMBER, principal="测试员", business_scope="住宿服务")
    assert services.applications.get(clerk, draft.draft_id).fields["principal_id_number"] == NUMBER
    services.applications.issue(clerk, draft.draft_id, now)
    written = register_bytes(services)
    assert "测试客栈".encode() in written
    for number in (wrong, NUMBER, OTHER, THIRD):
        assert number.encode() not in written


def test_the_parties_are_kept_with_where_each_value_came_from(services, clerk, typed, save, now):
    draft = save(**typed | {"principal": f"测试员|男|{NUMBER}"}, **AGENT)
    uscc = services.applications.issue(clerk, draft.draft_id, now).uscc
    applicant, agent = services.parties.of_business(clerk, uscc)
    assert (applicant.name, applicant.masked) == ("测试员", "1101************11")
    assert applicant.origins == {"principal": FieldOrigin.READ, "principal_id_number": FieldOrigin.READ}
    assert (agent.name, agent.masked, agent.authority) == (
        "代理人",
        "5001************18",
        "委托书1号，受托人5001************18",
    )
    assert set(agent.origins.values()) == {FieldOrigin.TYPED}
    with services.database.read() as tx:
        row = tx.one("SELECT application FROM issued_applications")
    assert json.loads(row["application"])["parties"] == []


def test_who_applies_without_a_number_and_an_agent_stands_on_the_licence_alone(services, clerk, typed, save, now):
    uscc = services.applications.issue(clerk, save(**typed).draft_id, now).uscc
    assert services.parties.of_business(clerk, uscc) == ()


def test_each_look_at_a_whole_number_leaves_a_trace(services, clerk, issue_of, now):
    uscc = issue_of(1, NUMBER)
    [party] = services.parties.of_business(clerk, uscc)
    for _ in range(2):
        assert services.parties.whole_number(clerk, uscc, party.party_id, now)[1] == NUMBER
    with services.database.read() as tx:
        seen = tx.all("SELECT subject, uscc, after FROM traces WHERE event = 'data_seen'")
    assert [(row["subject"], row["uscc"]) for row in seen] == [(f"party/{party.party_id}", uscc)] * 2
    assert NUMBER not in str([tuple(row) for row in seen])


def test_only_the_desk_of_the_office_may_look(services, clerk, issue_of, now):
    uscc = issue_of(1, NUMBER)
    [party] = services.parties.of_business(clerk, uscc)
    for actor in (
        replace(clerk, office="jinfeng"),
        *(replace(clerk, roles=frozenset({r})) for r in (Role.INSPECTOR, Role.AUDITOR)),
    ):
        with pytest.raises(AccessError):
            services.parties.whole_number(actor, uscc, party.party_id, now)
    assert services.parties.of_business(replace(clerk, office="jinfeng"), uscc) == ()
    for other, key in ((uscc, party.party_id + 1), (issue_of(2, OTHER), party.party_id)):
        with pytest.raises(NotFoundError):
            services.parties.whole_number(clerk, other, key, now)
    with services.database.read() as tx:
        assert tx.all("SELECT 1 FROM traces WHERE event = 'data_seen'") == []


def test_a_number_belongs_to_its_row_and_to_this_installation(services, clerk, issue_of, now):
    uscc = issue_of(1, NUMBER)
    [party] = services.parties.of_business(clerk, uscc)
    another = replace(services.parties, identities=IdentitySealing(b"another secret of another installation"))
    with pytest.raises(AccessError, match="identity_number_unreadable"):
        another.whole_number(clerk, uscc, party.party_id, now)
    assert [each.masked for each in another.of_business(clerk, uscc)] == ["**************0011"]
    sealing = services.parties.identities
    with pytest.raises(AccessError):
        sealing.open("party/B/applicant", sealing.seal("party/A/applicant", NUMBER))
    assert sealing.mark(NUMBER) != another.identities.mark(NUMBER) and NUMBER.encode() not in sealing.mark(NUMBER)


def known(services, clerk, draft, now):
    return [
        (each.problem.field, each.problem.code, each.weight, [other.uscc for other in each.others])
        for each in services.applications.known(clerk, draft, PERMIT, now)
    ]


def test_a_person_is_known_by_the_number_whatever_the_name(services, clerk, issue_of, save, now):
    uscc = issue_of(1, NUMBER)
    assert known(services, clerk, save(principal="改了名", principal_id_number="110101 19900307 0011"), now) == [
        ("principal_id_number", "person_has", Weight.TELL, [uscc])
    ]
    assert known(services, clerk, save(principal="测试员", principal_id_number=OTHER), now) == []
    assert known(services, clerk, save(principal="测试员", principal_id_number=NUMBER[:17]), now) == [
        ("principal", "person_has_others", Weight.TELL, [uscc])
    ]


def test_a_bar_follows_the_person_to_another_individual_business(services, clerk, issue_of, save, typed, now):
    barred = issue_of(1, NUMBER)
    annul(services, clerk, barred, now)
    fields = {
        **typed,
        "uscc": complete_uscc("92500107", "MX000009"),
        "premises_address": "别处",
        "principal_id_number": NUMBER,
    }
    draft = save(**fields)
    found = [each[:3] for each in known(services, clerk, draft, now)]
    assert ("principal_id_number", "person_barred", Weight.STOP) in found
    assert ("mode", "person_commitment_not_open", Weight.STOP) in found
    with pytest.raises(RuleError, match="person_barred"):
        services.applications.issue(clerk, draft.draft_id, now)
    services.applications.issue(clerk, save(**fields | {"principal_id_number": OTHER}).draft_id, now)


def test_a_bar_does_not_follow_the_person_to_a_company_nor_from_one(services, clerk, issue_of, now):
    annul(services, clerk, issue_of(1, NUMBER), now)
    issue_of(2, NUMBER, EntityForm.COMPANY)
    annul(services, clerk, issue_of(3, OTHER, EntityForm.COMPANY), now)
    issue_of(4, OTHER)
    with pytest.raises(RuleError, match="person_barred"):
        issue_of(5, NUMBER)


def test_an_agent_is_not_barred(services, clerk, issue_of, save, typed, now):
    annul(services, clerk, issue_of(1, OTHER), now)
    draft = save(**typed | {"uscc": complete_uscc("92500107", "MX000009"), "premises_address": "别处"}, **AGENT)
    services.applications.issue(clerk, draft.draft_id, now)
