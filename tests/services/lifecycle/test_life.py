"""How every act is done: who may, on what grounds, from which form, and what it leaves in the history."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from lives import DECIDER, WHY, Hotel

from licence_qr.domain.lifecycle.acts import RULES, Act, Grounds, Subject, SubjectKind
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.register.permit import PermitState, PermitStatus
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError, ConflictError, InputError, KeyStoreError, NotFoundError, RuleError
from licence_qr.services.lifecycle.licence_acts import LICENCE_ACTS
from licence_qr.services.lifecycle.perform import Done
from licence_qr.services.lifecycle.permit_acts import PERMIT_ACTS
from licence_qr.store.database.connections import Database


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now).after(10)


def test_every_event_says_who_when_on_what_grounds_and_what_was_before(hotel):
    hotel.do(Act.CHANGE, LicenceChange(principal="新人"), on=hotel.today - timedelta(days=3))
    event = hotel.events("licence_changed")[0]
    assert (event["actor"], event["office"], event["at"]) == ("clerk-baishiyi", "baishiyi", hotel.now.isoformat())
    assert (event["reason"], event["legal_basis"], event["document_no"]) == (
        WHY.reason,
        WHY.legal_basis,
        WHY.document_no,
    )
    assert event["effective_on"] == (hotel.today - timedelta(days=3)).isoformat()
    assert '"principal":"测试员"' in event["before"] and '"principal":"新人"' in event["after"]


def test_both_names_of_a_decision_by_four_eyes_stay(hotel):
    hotel.decide(Act.SUSPEND, permit=0)
    event = hotel.events("permit_state_changed")[0]
    assert (event["actor"], event["proposed_by"]) == ("decider", "clerk-baishiyi")


def test_an_event_never_lacks_its_legal_basis(hotel):
    hotel.do(Act.REVIEW, permit=0, grounds=Grounds("复核"))
    assert "公共场所卫生管理条例实施细则" in hotel.events("permit_reviewed")[0]["legal_basis"]


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REVOKE, Act.WITHDRAW, Act.ANNUL])
def test_what_needs_four_eyes_is_not_done_by_two(hotel, act):
    with pytest.raises(RuleError, match="act_needs_four_eyes"):
        hotel.do(act, permit=0, actor=replace(hotel.clerk, roles=frozenset(Role)))
    assert hotel.permit().state is PermitState.EFFECTIVE


def test_another_office_may_not_touch_it(hotel, clerk):
    for doing in (hotel.do, hotel.decide):
        with pytest.raises(AccessError, match="other_office"):
            if doing == hotel.do:
                hotel.do(Act.REVIEW, permit=0, actor=replace(clerk, office="bafu"))
            else:
                request = replace(hotel.request(Act.SUSPEND, permit=0), actor=replace(DECIDER, office="bafu"))
                with hotel.services.database.write() as tx:
                    hotel.services.life.perform_within(tx, request, hotel.now)


@pytest.mark.parametrize(
    ("act", "roles"), [(Act.CANCEL, {Role.INSPECTOR}), (Act.REVIEW, {Role.DECIDER}), (Act.DEEM_RENEWED, set(Role))]
)
def test_a_role_that_the_table_does_not_name_is_refused(hotel, act, roles):
    with pytest.raises(AccessError, match="role_not_allowed"):
        hotel.do(act, permit=0, actor=replace(hotel.clerk, roles=frozenset(roles)))


def test_a_permit_of_another_business_is_not_found_under_this_one(hotel, services, make_application, clerk, now):
    other = services.issuance.issue(make_application(2), clerk, "other", now)
    request = ActRequest(Subject(other.uscc, hotel.stored().permit_id), Act.REVIEW, WHY, clerk)
    for wrong in (request, replace(request, subject=Subject(other.uscc, 999))):
        with pytest.raises(NotFoundError, match="thing_not_found"):
            services.life.perform(clerk, wrong, now)
    with pytest.raises(NotFoundError, match="business_not_found"):
        services.life.perform(clerk, replace(request, subject=Subject("91500107M000001A9R", 1)), now)


def test_a_form_that_is_out_of_date_is_refused_and_can_be_sent_again_knowingly(hotel):
    revision = hotel.do(Act.REVIEW, permit=0).revision
    newer = hotel.after(1).do(Act.CHANGE, LicenceChange(principal="新人"))
    with pytest.raises(ConflictError, match="business_changed") as changed:
        hotel.do(Act.CHANGE, LicenceChange(principal="旧人"), expected_revision=revision)
    assert changed.value.facts["revision"] == newer.revision
    assert changed.value.facts["count"] == len(hotel.services.life.timeline(hotel.uscc, after=revision))
    assert "新人" not in str(changed.value), "what happened is read by those who may, not told by the error"
    assert isinstance(hotel.do(Act.CHANGE, LicenceChange(principal="旧人"), expected_revision=newer.revision), Done)


def test_two_clerks_with_the_same_form_one_is_told(hotel):
    revision = hotel.do(Act.REVIEW, permit=0).revision
    outcomes: list[str] = []

    def send(name: str) -> None:
        try:
            hotel.do(Act.CHANGE, LicenceChange(principal=name), expected_revision=revision)
            outcomes.append("done")
        except ConflictError as error:
            outcomes.append(error.code)
        finally:
            hotel.services.database.close()

    both = [threading.Thread(target=send, args=(name,)) for name in ("甲", "乙")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(outcomes) == ["business_changed", "done"]
    assert [c.version for c in hotel.versions()] == [2, 1]


@pytest.mark.parametrize(
    ("grounds", "field"),
    [
        (Grounds(""), "reason"),
        (Grounds(" \n"), "reason"),
        (Grounds("长" * 501), "reason"),
        (Grounds("短", "长" * 201), "legal_basis"),
        (Grounds("短", "短", "长" * 81), "document_no"),
    ],
)
def test_grounds_are_asked_for_and_bounded(hotel, grounds, field):
    with pytest.raises(InputError) as refused:
        hotel.do(Act.CANCEL, permit=0, grounds=grounds)
    assert refused.value.field == field


def test_wrong_days_are_told_at_their_field(hotel):
    for day in (hotel.today + timedelta(days=1), hotel.today - timedelta(days=11)):
        with pytest.raises(InputError) as refused:
            hotel.do(Act.CANCEL, permit=0, on=day)
        assert refused.value.field == "effective_on"
    hotel.decide(Act.SUSPEND, permit=0, on=hotel.today - timedelta(days=2))
    with pytest.raises(InputError, match="effective_too_early"):
        hotel.decide(Act.REINSTATE, permit=0, on=hotel.today - timedelta(days=3))


def test_a_refused_act_leaves_nothing_behind(hotel, all_rows):
    before = all_rows(hotel.services.database)
    with pytest.raises(RuleError, match="act_not_allowed"):
        hotel.decide(Act.REINSTATE, permit=0)
    with pytest.raises(InputError, match="change_without_difference"):
        hotel.do(Act.CHANGE, LicenceChange(principal="测试员"))
    assert all_rows(hotel.services.database) == before


def test_without_a_key_a_fact_is_not_changed_and_a_permit_can_still_be_suspended(hotel, all_rows):
    def locked(now):
        raise KeyStoreError("no_signing_key", day=now)

    before = all_rows(hotel.services.database)
    coding = hotel.services.coding
    coding = replace(coding, signer=replace(coding.signer, check_key=locked))
    hotel.services = replace(hotel.services, life=replace(hotel.services.life, coding=coding))
    with pytest.raises(KeyStoreError):
        hotel.do(Act.CHANGE, LicenceChange(principal="新人"))
    assert all_rows(hotel.services.database) == before
    hotel.decide(Act.SUSPEND, permit=0)
    assert hotel.entries() == [[0, 2]]


def test_the_acts_that_are_open_are_those_that_can_be_done(hotel):
    licence, permit = hotel.subject(), hotel.subject(0)

    def open_now(subject):
        return {r.act for r in hotel.services.life.open_acts(hotel.uscc, hotel.now)[subject]}

    assert Act.APPLY_RENEWAL in open_now(permit) and Act.RENEW not in open_now(permit)
    hotel.do(Act.APPLY_RENEWAL, permit=0)
    assert {Act.RENEW, Act.REFUSE_RENEWAL} <= open_now(permit) and Act.APPLY_RENEWAL not in open_now(permit)
    hotel.do(Act.CANCEL)
    assert (open_now(licence), open_now(permit)) == ({Act.LIFT_MARK}, set())
    with pytest.raises(NotFoundError):
        hotel.services.life.open_acts("91500107M000001A9R", hotel.now)


def test_the_page_of_a_business_is_of_one_moment(hotel, clerk):
    class Overtaken(Database):
        """Somebody suspends the permit just before each look."""

        @contextmanager
        def read(self):
            with self.write() as tx:
                tx.run("UPDATE permits SET state = 'suspended'")
            with super().read() as tx:
                yield tx

    services = hotel.services
    overtaken = Overtaken(services.settings.register_path)
    register = replace(services.register, life=replace(services.life, database=overtaken))
    (held,) = register.business(clerk, hotel.uscc, hotel.now).permits
    overtaken.close()
    assert held.status is PermitStatus.EFFECTIVE and Act.SUSPEND in {rule.act for rule in held.acts}


def test_what_is_true_today_is_never_read_from_the_history(hotel):
    asked: list[str] = []
    hotel.services.database._kept_connection().connection.set_trace_callback(asked.append)
    hotel.page()
    hotel.services.life.open_acts(hotel.uscc, hotel.now)
    hotel.decide(Act.SUSPEND, permit=0)
    hotel.page()
    hotel.services.database._kept_connection().connection.set_trace_callback(None)
    of_history = [sql for sql in asked if "history" in sql and not sql.startswith("INSERT")]
    assert len(asked) > 10 and all("max(seq)" in sql for sql in of_history), of_history


def test_every_act_of_the_table_is_done_by_a_function_and_no_other():
    for kind, done in ((SubjectKind.LICENCE, LICENCE_ACTS), (SubjectKind.PERMIT, PERMIT_ACTS)):
        assert set(done) == {rule.act for rule in RULES if rule.kind is kind}
