"""Drafts: kept as typed, checked when asked, issued once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, NotFoundError
from licence_qr.services.issuing.drafts import MAX_FIELD_CHARS
from licence_qr.store.accounts import absences
from licence_qr.store.register import history


@pytest.fixture
def typed(catalogue, now):
    """A form that can be issued, as typed."""
    notice = catalogue.notice("hygiene_permit", now.date())
    return {
        "trade": "hotel",
        "kinds": "hotel",
        "area_m2": "320",
        "answer_serves_food": "no",
        "answer_has_pool": "no",
        "entity_form": "company",
        "uscc": complete_uscc("91500107", "MX000001"),
        "name": "测试宾馆有限公司",
        "entity_type": "有限责任公司",
        "principal": "测试员",
        "registered_capital": "伍拾万元整",
        "established_on": "2026-11-20",
        "term_to": "",
        "domicile": "重庆市九龙坡区白市驿镇测试路1号",
        "business_scope": "许可项目：住宿服务。",
        "premises_address": "重庆市九龙坡区白市驿镇测试路1号",
        "premises_region": "500107105",
        "permitted_items": "住宿（宾馆）",
        "contact_phone": "13800001234",
        "mode": "commitment",
        "notice_id": notice.id,
        "notice_version": notice.version,
        "notice_sha256": notice.sha256,
        "signer": "测试员",
        "signed_on": "2026-11-23",
        "signed_on_paper": "yes",
    }


@pytest.fixture
def draft(services, clerk, typed, now):
    started = services.applications.start(clerk, now)
    return services.applications.save(clerk, started.draft_id, Typing(typed, 0), now)


def test_what_was_typed_is_kept_as_typed(services, clerk, now):
    draft = services.applications.start(clerk, now)
    odd = {"name": "  ＡＢＣ<script>  ", "uscc": "not a code", "answer_has_pool": "maybe"}
    services.applications.save(clerk, draft.draft_id, Typing(odd, 0), now)
    assert services.applications.get(clerk, draft.draft_id).fields == odd


def test_unknown_fields_are_left_out_and_long_values_cut(services, clerk, now):
    draft = services.applications.start(clerk, now)
    fields = {"is_admin": "yes", "name": "长" * (MAX_FIELD_CHARS + 5)}
    kept = services.applications.save(clerk, draft.draft_id, Typing(fields, 0), now).fields
    assert kept == {"name": "长" * MAX_FIELD_CHARS}


def test_a_later_page_of_the_form_adds_to_what_is_there(services, clerk, now):
    draft = services.applications.start(clerk, now)
    second = services.applications.save(clerk, draft.draft_id, Typing({"trade": "hotel"}, 0), now)
    third = services.applications.save(clerk, draft.draft_id, Typing({"name": "甲"}, second.revision), now)
    assert (third.fields, third.revision) == ({"trade": "hotel", "name": "甲"}, 2)


def test_two_clerks_on_one_draft_do_not_overwrite_each_other(services, clerk, now):
    draft = services.applications.start(clerk, now)
    services.applications.save(clerk, draft.draft_id, Typing({"name": "甲"}, 0), now)
    with pytest.raises(ConflictError) as refused:
        services.applications.save(clerk, draft.draft_id, Typing({"name": "乙"}, 0), now)
    assert refused.value.code == "draft_changed_meanwhile"
    assert services.applications.get(clerk, draft.draft_id).fields["name"] == "甲"


def test_a_draft_belongs_to_its_office(services, clerk, draft, now):
    stranger = replace(clerk, office="xiyong")
    for touch in (
        lambda: services.applications.get(stranger, draft.draft_id),
        lambda: services.applications.save(stranger, draft.draft_id, Typing({}, draft.revision), now),
        lambda: services.applications.check(stranger, draft, now),
        lambda: services.applications.issue(stranger, draft.draft_id, now),
        lambda: services.applications.result(stranger, draft.draft_id),
    ):
        with pytest.raises(AccessError) as refused:
            touch()
        assert refused.value.code == "other_office"
    assert services.applications.drafts(stranger) == ()


def test_a_draft_nobody_started_is_not_found(services, clerk):
    with pytest.raises(NotFoundError) as refused:
        services.applications.get(clerk, "no-such-draft")
    assert refused.value.code == "thing_not_found"


def test_a_good_draft_is_issued_once_however_often_the_button_is_pressed(services, clerk, draft, now):
    assert services.applications.result(clerk, draft.draft_id) is None
    first = services.applications.issue(clerk, draft.draft_id, now)
    second = services.applications.issue(clerk, draft.draft_id, now)
    assert second == replace(first, repeated=True)
    assert services.applications.result(clerk, draft.draft_id) == second
    with services.database.read() as tx:
        assert len(tx.all("SELECT * FROM permits")) == 1


def test_an_issued_draft_cannot_be_changed(services, clerk, draft, now):
    services.applications.issue(clerk, draft.draft_id, now)
    with pytest.raises(ConflictError) as refused:
        services.applications.save(clerk, draft.draft_id, Typing({"name": "另一名称"}, draft.revision), now)
    assert refused.value.code == "application_already_issued"
    assert [d.issued_at for d in services.applications.drafts(clerk)] == [now]


def test_a_draft_with_faults_names_each_and_writes_nothing_but_stays_as_typed(services, clerk, draft, now, all_rows):
    broken = {"uscc": "91500107M000001A0X", "principal": "", "established_on": "2026-13-01"}
    services.applications.save(clerk, draft.draft_id, Typing(broken, draft.revision), now)
    before = all_rows(services.database)
    with pytest.raises(InvalidApplication) as refused:
        services.applications.issue(clerk, draft.draft_id, now)
    found = {(p.field, p.code) for p in refused.value.problems}
    assert {("uscc", "uscc_organisation_check"), ("established_on", "application_date_no_such_day")} <= found
    assert {p.field for p in refused.value.problems} >= {"uscc", "principal", "established_on"}
    assert all_rows(services.database) == before
    assert services.applications.get(clerk, draft.draft_id).fields["uscc"] == "91500107M000001A0X"


def test_a_known_business_fills_the_form_by_its_code(services, clerk, draft, typed, now):
    assert services.applications.known_business(clerk, typed["uscc"]) is None
    services.applications.issue(clerk, draft.draft_id, now)
    known = services.applications.known_business(clerk, typed["uscc"].lower())
    assert known == {name: typed[name] for name in known}
    assert {"trade", "premises_address", "premises_region", "area_m2"} <= known.keys()
    assert "contact_phone" not in known
    with pytest.raises(InputError):
        services.applications.known_business(clerk, "91500107M000001A0X")


def test_an_application_that_an_absent_clerk_began_is_issued_with_both_names(services, typed, now):
    for username in ("wang", "li"):
        services.accounts.create(username, f"{username}（示例）", "baishiyi", {Role.CLERK}, "only-for-these-tests", now)
    wang, li = services.accounts.user("wang"), services.accounts.user("li")
    begun = services.applications.start(wang, now).draft_id
    services.applications.save(wang, begun, Typing(typed, 0), now)
    day = local_date(now)
    services.absences.book.enter(wang.person_id, AbsenceDetails(day, day, li.person_id), AT_THE_MACHINE, now)
    assert services.applications.begun_for(li) == {}
    with services.database.read() as tx:
        li = li.on_duty(absences.cover_of(tx, li.person_id, day))
    assert services.applications.begun_for(li) == {begun: "wang（示例）"}
    pair = services.applications.issue(li, begun, now)
    with services.database.read() as tx:
        written = {(row["actor"], row["on_behalf_of"]) for row in history.of_business(tx, pair.uscc)}
    assert written == {("li", "wang")}
