"""What the register knows of an application while it is typed; issuing refuses the same, or takes the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Role
from licence_qr.errors import InvalidApplication
from licence_qr.services.issuing.known import Weight
from licence_qr.services.proposals.decide import ProposalRequest
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.register import entities, permits

PERMIT = ("hygiene_permit",)


@pytest.fixture
def holder(services, clerk, make_application, now):
    """A business with a permit in force."""
    return services.issuance.issue(make_application(1), clerk, "key-1", now).uscc


@pytest.fixture
def told(services, clerk, now):
    """What is told of a draft with these fields: field, code, weight and the businesses it is about."""

    def ask(**fields):
        started = services.applications.start(clerk, now)
        draft = services.applications.save(clerk, started.draft_id, Typing(fields, 0), now)
        return [
            (each.problem.field, each.problem.code, each.weight, [other.uscc for other in each.others])
            for each in services.applications.known(clerk, draft, PERMIT, now)
        ]

    return ask


def entity_of(services, uscc):
    with services.database.read() as tx:
        return entities.get(tx, uscc), entities.premises_of(tx, uscc)[0], permits.of_business(tx, uscc)[0]


def test_nothing_is_told_of_a_business_like_no_other(told, holder):
    assert (
        told(name="另一家茶楼", uscc=complete_uscc("91500107", "MX00009A"), premises_address="别处", kinds="hotel")
        == []
    )
    assert told(name="x", uscc="not a code", principal="", premises_address="") == []


def test_a_name_and_an_address_and_a_person_that_are_there_already_are_told(services, told, holder):
    stored, premises, _ = entity_of(services, holder)
    assert told(
        name=stored.entity.name, premises_address=f" {premises.address} ", principal=stored.entity.principal
    ) == [
        ("name", "name_like_another", Weight.ASK, [holder]),
        ("premises_address", "address_of_another", Weight.ASK, [holder]),
        ("principal", "person_has_others", Weight.TELL, [holder]),
    ]


def test_a_registered_business_is_not_told_of_itself_but_of_its_permit_in_force(services, told, holder):
    stored, premises, permit = entity_of(services, holder)
    fields = {"uscc": holder, "name": stored.entity.name, "principal": stored.entity.principal}
    assert told(**fields, premises_address="别处", kinds=permit.permit.kinds[0]) == []
    [fact] = told(**fields, premises_address=premises.address, kinds=permit.permit.kinds[0])
    assert fact == ("premises_address", "permit_already_in_force", Weight.STOP, [])
    assert told(**fields, premises_address=premises.address, kinds="hot_spring") == []


def test_the_code_of_another_business_stops(told, holder):
    assert told(uscc=holder.lower(), name="写错的名称")[0][:3] == ("uscc", "code_of_another", Weight.STOP)


def test_an_ended_licence_stops_and_frees_name_address_and_person(services, told, holder):
    stored, premises, _ = entity_of(services, holder)
    with services.database.write() as tx:
        tx.run("UPDATE entities SET state = 'cancelled' WHERE uscc = ?", (holder,))
    assert told(uscc=holder, name=stored.entity.name)[0][:3] == ("uscc", "licence_ended", Weight.STOP)
    assert told(name=stored.entity.name, premises_address=premises.address, principal=stored.entity.principal) == []


def test_a_bar_is_told_with_its_last_day_and_an_unfulfilled_commitment_too(services, clerk, told, holder, now):
    permit, today = entity_of(services, holder)[2], local_date(now)
    why = Grounds("承诺不实", "《行政许可法》第七十八条", "〔2026〕7号")
    asked = ProposalRequest(Subject(holder, permit.permit_id), Act.SUSPEND, why, None, suspension=Suspension.CLOSED)
    proposal = services.proposals.propose(replace(clerk, roles=frozenset({Role.INSPECTOR})), asked, now)
    with services.database.write() as tx:
        entry = credit_record.add(tx, holder, (permit.permit_id, "hygiene_permit"), Fault.FALSE_STATEMENT, proposal)
        credit_record.settle(tx, entry, EntryState.STANDING, today, Period(today, today + timedelta(days=9)))
    found = [each[:3] for each in told(uscc=holder)]
    assert ("uscc", "application_barred", Weight.STOP) in found
    assert ("uscc", "commitment_not_open", Weight.TELL) in found


def test_a_second_business_at_an_address_is_issued_with_a_reason_which_the_history_keeps(
    services, clerk, holder, now, catalogue
):
    _, premises, _ = entity_of(services, holder)
    notice = catalogue.notice("hygiene_permit", local_date(now))
    fields = {
        "trade": "hotel", "kinds": "hotel", "area_m2": "320", "answer_serves_food": "no", "answer_has_pool": "no",
        "entity_form": "company", "uscc": complete_uscc("91500107", "MX00009B"), "name": "同址第二家酒店有限公司",
        "entity_type": "有限责任公司", "principal": "另一人", "established_on": "2026-11-20", "domicile": premises.address,
        "business_scope": "住宿服务", "premises_address": premises.address, "premises_region": "500107105",
        "mode": "commitment", "notice_id": notice.id, "notice_version": notice.version,
        "notice_sha256": notice.sha256, "signer": "另一人", "signed_on": "2026-11-23", "signed_on_paper": "yes",
    }  # fmt: skip
    started = services.applications.start(clerk, now)
    draft = services.applications.save(clerk, started.draft_id, Typing(fields, 0), now)
    with pytest.raises(InvalidApplication) as refused:
        services.applications.issue(clerk, draft.draft_id, now)
    assert [(each.field, each.code) for each in refused.value.problems] == [("why_here", "address_of_another")]
    services.applications.save(clerk, draft.draft_id, Typing({"why_here": "另一层楼"}, 1), now)
    uscc = services.applications.issue(clerk, draft.draft_id, now).uscc
    with services.database.read() as tx:
        kept = [row["private"] for row in tx.all("SELECT private FROM history WHERE uscc = ?", (uscc,))]
    assert any("另一层楼" in str(each) for each in kept)
