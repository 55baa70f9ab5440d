"""Both or neither: what one application becomes, and everything that must stop it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitState
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, InvalidApplication, KeyStoreError, LicenceQRError, RuleError
from licence_qr.key_services import build_verification
from licence_qr.services.register import record
from licence_qr.store.register import codes, entities, history


def test_one_application_gives_a_licence_a_permit_and_one_genuine_code(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    assert pair.application_no == "BAISHIYI-2026-000001"
    assert [p.permit_no for p in pair.permits] == ["渝高新卫公证字〔2026〕第00001号"]
    assert not pair.repeated
    page = services.lookup.scan(pair.code.address.rpartition("/")[2], now)
    assert page.verdict is Verdict.ALL_IN_FORCE
    assert page.licence.uscc == pair.uscc
    (permit,) = page.permits
    assert (permit.valid_from, permit.valid_to) == (date(2026, 11, 23), date(2030, 11, 22))
    assert permit.follow_up_due == date(2027, 1, 23)
    assert permit.authority.zh == "重庆高新区公共服务局"
    assert permit.office.zh == "白市驿镇政务服务中心"


def test_the_promise_is_kept_with_the_very_text_that_was_promised(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    with services.database.read() as tx:
        row = tx.one("SELECT * FROM commitments NATURAL JOIN notice_texts")
    assert row is not None
    notice = services.catalogue.notice("hygiene_permit", date(2026, 11, 23))
    assert (row["application_no"], row["text"], row["signer"]) == (pair.application_no, notice.text, "测试员")


def test_every_event_says_who_when_and_where(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    with services.database.read() as tx:
        events = history.of_business(tx, pair.uscc)
    assert [e["event"] for e in events] == ["licence_granted", "premises_added", "permit_granted", "code_issued"]
    assert {(e["actor"], e["office"], e["at"]) for e in events} == {("clerk-baishiyi", "baishiyi", now.isoformat())}


def test_the_same_key_again_gives_the_first_pair_and_writes_nothing(services, make_application, clerk, now, all_rows):
    first = services.issuance.issue(make_application(), clerk, "key", now)
    before = all_rows(services.database)
    again = services.issuance.issue(make_application(2), clerk, "key", now)
    assert again == replace(first, repeated=True)
    assert all_rows(services.database) == before


def refusals(
    make_application: Callable[..., object],
) -> dict[str, tuple[object, datetime | None]]:
    """An application and an instant for each code that refuses before or after the licence was written."""
    application = make_application()
    promise = application.permits[0].commitment
    return {
        "no_delegation_today": (application, datetime(2031, 1, 1, 4, tzinfo=UTC)),
        "kind_needs_no_permit_today": (make_application(permit={"kinds": ("bookshop",)}), None),
        "commitment_not_signed": (make_application(permit={"commitment": None}), None),
        "commitment_text_changed": (
            make_application(permit={"commitment": replace(promise, notice_sha256="0" * 64)}),
            None,
        ),
    }


@pytest.mark.parametrize(
    "code",
    ["no_delegation_today", "kind_needs_no_permit_today", "commitment_not_signed", "commitment_text_changed"],
)
def test_a_rule_that_stops_the_permit_stops_the_licence_too(code, services, make_application, clerk, now, all_rows):
    application, instant = refusals(make_application)[code]
    before = all_rows(services.database)
    with pytest.raises(RuleError) as refused:
        services.issuance.issue(application, clerk, "key", instant or now)
    assert refused.value.code == code
    assert all_rows(services.database) == before


def test_a_key_that_cannot_sign_stops_everything(services, make_application, clerk, now, all_rows):
    for path in services.settings.keys.glob("licence-*.pem"):
        path.unlink()
    before = all_rows(services.database)
    with pytest.raises(KeyStoreError) as refused:
        services.issuance.issue(make_application(), clerk, "key", now)
    assert refused.value.code == "no_signing_key"
    assert all_rows(services.database) == before


def test_a_refused_application_can_be_mended_and_issued_with_the_same_key_and_the_first_number(
    services, make_application, clerk, now
):
    with pytest.raises(RuleError):
        services.issuance.issue(make_application(permit={"commitment": None}), clerk, "key", now)
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    assert pair.permits[0].permit_no.endswith("第00001号")


def test_a_clerk_issues_for_no_other_office(services, make_application, clerk, now, all_rows):
    before = all_rows(services.database)
    with pytest.raises(AccessError) as refused:
        services.issuance.issue(make_application(office="xiyong"), clerk, "key", now)
    assert refused.value.code == "other_office"
    assert all_rows(services.database) == before


def test_the_general_path_gives_the_licence_and_leaves_the_permit_pending(services, make_application, clerk, now):
    general = {"mode": GrantMode.GENERAL, "commitment": None}
    pair = services.issuance.issue(make_application(permit=general), clerk, "key", now)
    assert [(p.permit_no, p.pending) for p in pair.permits] == [("", True)]
    page = services.lookup.scan(pair.code.address.rpartition("/")[2], now)
    assert page.verdict is Verdict.ATTENTION
    assert [p.status.value for p in page.permits] == ["pending"]
    assert build_verification(services.settings).of_text(pair.code.address, now).permits == ()
    with pytest.raises(RuleError) as refused:
        services.issuance.issue(make_application(), clerk, "another", now)
    assert refused.value.code == "permit_already_pending"


def test_an_application_for_the_licence_alone_gives_a_licence_alone(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(permits=()), clerk, "key", now)
    page = services.lookup.scan(pair.code.address.rpartition("/")[2], now)
    assert (pair.permits, page.verdict) == ((), Verdict.LICENCE_ONLY)


def test_a_second_permit_for_a_known_business_is_version_2_and_the_old_print_says_so(
    services, make_application, clerk, now
):
    first = services.issuance.issue(make_application(), clerk, "first", now)
    pool = make_application(permit={"kinds": ("swimming_pool",), "items": "游泳馆"})
    second = services.issuance.issue(pool, clerk, "second", now)
    assert (second.code.code_id, second.code.version) == (first.code.code_id, 2)
    with services.database.read() as tx:
        old = codes.get(tx, first.code.code_id, 1)
        assert codes.status(tx, old.status_index) == codes.SUPERSEDED
        assert codes.status(tx, codes.get(tx, first.code.code_id, 2).status_index) == 0
        assert codes.newest_of_business(tx, first.uscc).version == 2
    page = services.lookup.scan(first.code.address.rpartition("/")[2], now)
    assert (page.verdict, page.today) == (Verdict.OLD_PRINT, Verdict.ALL_IN_FORCE)
    assert len(page.permits) == 2


def test_a_new_premises_of_a_known_business_gets_the_next_number(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "first", now)
    elsewhere = make_application(premises_address="重庆市九龙坡区白市驿镇测试街9号")
    services.issuance.issue(elsewhere, clerk, "second", now)
    with services.database.read() as tx:
        assert [p.premises_no for p in entities.premises_of(tx, pair.uscc)] == [1, 2]


def test_the_same_place_in_another_spelling_is_the_same_place(services, make_application, clerk, now):
    services.issuance.issue(make_application(), clerk, "first", now)
    wide = make_application(premises_address="重庆市九龙坡区白市驿镇测试路 １ 号")
    with pytest.raises(RuleError) as refused:
        services.issuance.issue(wide, clerk, "second", now)
    assert refused.value.code == "permit_already_in_force"


def test_a_known_business_must_be_described_as_the_register_does(services, make_application, clerk, now, all_rows):
    services.issuance.issue(make_application(), clerk, "first", now)
    before = all_rows(services.database)
    other = make_application(entity={"principal": "另一人", "name": "另一名称有限公司"})
    with pytest.raises(InvalidApplication) as refused:
        services.issuance.issue(other, clerk, "second", now)
    assert [(p.code, p.field) for p in refused.value.problems] == [
        ("differs_from_register", "name"),
        ("differs_from_register", "principal"),
    ]
    assert [p.facts["registered"] for p in refused.value.problems] == ["测试1号宾馆有限公司", "测试员"]
    assert all_rows(services.database) == before


@pytest.mark.parametrize("state", [s for s in LicenceState if s.ended])
def test_a_business_whose_licence_ended_gets_no_permit(state, services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(permits=()), clerk, "first", now)
    with services.database.write() as tx:
        entities.put(tx, replace(entities.get(tx, pair.uscc), state=state))
    with pytest.raises(RuleError) as refused:
        services.issuance.issue(make_application(), clerk, "second", now)
    assert refused.value.code == "licence_ended"


def test_only_a_demonstration_allots_a_credit_code(tmp_path, make_services, make_application, clerk, now):
    without = make_application(entity={"uscc": None})
    real = make_services(tmp_path / "real", demonstration=False)
    with pytest.raises(InvalidApplication) as refused:
        real.issuance.issue(without, clerk, "key", now)
    assert [(p.code, p.field) for p in refused.value.problems] == [("uscc_missing", "uscc")]
    made_up = make_services(tmp_path / "made-up", demonstration=True)
    assert made_up.issuance.issue(without, clerk, "key", now).uscc.startswith("91500107MY000001")


def test_numbers_begin_anew_with_the_year(services, make_application, clerk, now):
    services.issuance.issue(make_application(1), clerk, "1", now)
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    pair = services.issuance.issue(make_application(2, at=new_year), clerk, "2", new_year)
    assert pair.permits[0].permit_no == "渝高新卫公证字〔2027〕第00001号"
    assert pair.application_no == "BAISHIYI-2027-000001"


def test_the_outcome_keeps_the_application_and_the_code_keeps_the_record(services, make_application, clerk, now):
    application = make_application()
    pair = services.issuance.issue(application, clerk, "key", now)
    with services.database.read() as tx:
        (kept,) = tx.one("SELECT application FROM issued_applications WHERE idempotency_key = 'key'")
        code = codes.newest_of_business(tx, pair.uscc)
        assert code.record.encode() == record.load(tx, pair.uscc).record.canonical()
    assert json.loads(kept) == record.as_json(application)
    assert "13800001234" not in code.record


def test_issuing_needs_a_clerk_of_the_office_whatever_else_is_wrong(services: Services, make_application, now):
    inspector = Actor(2, "inspector", "监督员", "jinfeng", frozenset())
    with pytest.raises(LicenceQRError) as refused:
        services.issuance.issue(make_application(permit={"commitment": None}), inspector, "key", now)
    assert refused.value.code == "other_office"


def test_a_suspended_permit_still_holds_its_place(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "first", now)
    with services.database.write() as tx:
        tx.run("UPDATE permits SET state = ? WHERE uscc = ?", (PermitState.SUSPENDED.value, pair.uscc))
    with pytest.raises(RuleError) as refused:
        services.issuance.issue(make_application(), clerk, "second", now)
    assert refused.value.code == "permit_already_in_force"
