"""The demonstration register: every state a page can have, all made up, filled whole or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.domain.roles import Role
from licence_qr.errors import NotFoundError, RuleError
from licence_qr.key_services import build_verification
from licence_qr.services.demonstration.data import businesses
from licence_qr.store.proposals import proposals
from licence_qr.store.register import counters, history


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def pages(demonstration, now):
    """The page behind every code, by the name of the code."""
    scan = demonstration.lookup.scan
    return {
        code.name: scan(code.address.rpartition("/")[2], now) for code in demonstration.demonstration_register.codes()
    }


def test_there_are_at_least_24_businesses_with_names_and_codes_of_their_own():
    made_up = businesses()
    assert len(made_up) >= 24
    for part in ("slug", "uscc"):
        assert max(Counter(getattr(b, part) for b in made_up).values()) == 1
    assert all(parse_uscc(b.uscc) == b.uscc for b in made_up)
    assert all("示例" in b.name + b.principal and "演示" in b.domicile for b in made_up)
    assert all(b.shows.zh and b.shows.en for b in made_up)


def test_every_verdict_status_state_and_grade_is_shown(pages):
    permits = [permit for page in pages.values() for permit in page.permits]
    assert {page.verdict for page in pages.values()} == set(Verdict)
    # A permit that begins on a later day is not granted by anyone here; one that was refused is on no page.
    never = {PermitStatus.NOT_YET_VALID, PermitStatus.REFUSED}
    assert {p.status for p in permits} == set(PermitStatus) - never
    assert {p.grade for p in permits} == {"", "A", "B", "C"}
    assert {p.mode for p in permits} == set(GrantMode)
    assert {page.licence.state for page in pages.values()} == set(LicenceState)
    assert {page.licence.form for page in pages.values()} == set(EntityForm)
    committed = [p for p in permits if p.mode is GrantMode.COMMITMENT and p.status.in_force]
    assert {p.checked_on is None for p in committed} == {True, False}
    assert {page.permits[0].office.en for page in pages.values() if page.permits} >= {
        "Baishiyi Town Service Centre",
        "Bafu Town Service Centre",
        "Jinfeng Town Service Centre",
        "Xiyong Subdistrict Service Centre",
    }


def test_several_permits_end_soon_and_one_today(pages):
    left = sorted(p.days_left for page in pages.values() for p in page.permits if p.status == "expiring_soon")
    assert left[0] == 0
    assert len(left) >= 4


def test_what_each_business_is_for_is_what_its_page_shows(pages):
    assert len(pages["several-permits"].permits) == 6
    assert len(pages["two-premises"].addresses) == 2
    assert {p.address for p in pages["two-premises"].permits} == set(pages["two-premises"].addresses)
    assert pages["no-trade-name"].licence.name == ""
    assert [len(pages[name].licence.name) for name in ("name-of-40", "name-of-60")] == [40, 60]
    assert set("𬭸䶮㛃") <= set(pages["rare-characters"].licence.name)
    assert len(pages["renewed"].permits) == 1
    assert pages["pending"].permits[0].permit_no == ""
    assert pages["expired"].permits[0].days_left is None
    assert all(page.specimen for page in pages.values())


def test_lives_are_shown_that_went_through_the_acts_of_the_desk(demonstration, pages):
    assert pages["deemed-renewed"].permits[0].deemed_renewed
    assert pages["deemed-renewed"].verdict is Verdict.ALL_IN_FORCE
    renewed = pages["renewed-in-place"]
    assert (renewed.version, renewed.permits[0].days_left > 1000) == (2, True)
    assert pages["lost-print-v1"].print_void_since == date(2026, 11, 23)
    assert [mark.since for mark in pages["marked-abnormal"].marks] == [date(2026, 11, 3)]
    assert pages["cancelled"].permits[0].ended_by is PermitStatus.REVOKED
    with demonstration.database.read() as tx:
        (waiting,) = proposals.open_of_business(
            tx, next(b.uscc for b in businesses() if b.slug == "suspension-proposed")
        )
        told = history.of_business(tx, next(b.uscc for b in businesses() if b.slug == "reinstated"))
    assert (waiting.office, waiting.proposed_by) == ("baishiyi", "inspector")
    pairs = [(row["proposed_by"], row["actor"]) for row in told if row["event"] == "permit_state_changed"]
    assert pairs == [("inspector", "decider")] * 2
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)


def test_what_does_not_fit_into_the_symbol_is_counted_there_and_listed_on_the_page(demonstration, pages, now):
    code = demonstration.demonstration_register.code("beyond-the-symbol")
    signed = build_verification(demonstration.settings).of_text(code.address, now)
    assert signed.not_shown > 0
    assert len(signed.permits) + signed.not_shown == len(pages["beyond-the-symbol"].permits)


def test_what_was_issued_on_the_day_has_numbers_that_follow_those_entered(demonstration, pages):
    (permit,) = pages["issued-today"].permits
    assert permit.valid_from == date(2026, 11, 23)
    applied = {b.slug for b in businesses() if b.applies}
    numbers = {True: set(), False: set()}
    for name, page in pages.items():
        numbers[name.partition("-v")[0] in applied] |= {
            p.permit_no for p in page.permits if p.permit_no.startswith("渝高新卫公证字〔2026〕")
        }
    assert permit.permit_no in numbers[True] and min(numbers[True]) > max(numbers[False])
    with demonstration.database.read() as tx:
        last = counters.last(tx, "hygiene_permit/cq_gxq_health", 2026)
        assert max(numbers[True]).endswith(f"第{last:05d}号")
        outcomes = [row["uscc"] for row in tx.all("SELECT uscc FROM issued_applications")]
    assert sorted(outcomes) == sorted(b.uscc for b in businesses() if b.applies)


def test_filling_again_changes_nothing(demonstration_copy, now, all_rows):
    before = all_rows(demonstration_copy.database)
    assert demonstration_copy.demonstration_register.filled()
    demonstration_copy.demonstration_register.fill(now, quiet)
    assert all_rows(demonstration_copy.database) == before


def test_an_interrupted_filling_leaves_nothing_and_can_be_repeated(services, now, all_rows):
    register = services.demonstration_register
    before = all_rows(services.database)

    def stop(done: int, total: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        register.fill(now, stop)
    assert all_rows(services.database) == before
    assert not register.filled()
    told: list[tuple[int, int]] = []
    register.fill(now, lambda done, total: told.append((done, total)))
    assert told == [(n, register.size) for n in range(1, register.size + 1)]
    assert register.filled()


@pytest.mark.parametrize(
    "day",
    [(2027, 1, 1), (2028, 2, 29), (2028, 12, 31), (2029, 3, 31), (2030, 12, 30)],
    ids=lambda day: "-".join(map(str, day)),
)
def test_it_can_be_filled_on_any_day(day, tmp_path, make_services):
    instant = datetime(*day, 3, 0, tzinfo=UTC)
    services = make_services(tmp_path / "then", at=instant)
    services.demonstration_register.fill(instant, quiet)
    for code in services.demonstration_register.codes():
        assert services.lookup.scan(code.address.rpartition("/")[2], instant).verdict is code.verdict, code.name


def test_a_real_register_takes_no_made_up_businesses(tmp_path, make_services, now, all_rows):
    real = make_services(tmp_path / "real", demonstration=False)
    before = all_rows(real.database)
    with pytest.raises(RuleError) as refused:
        real.demonstration_register.fill(now, quiet)
    assert refused.value.code == "demonstration_only"
    assert all_rows(real.database) == before


def test_there_is_an_account_for_every_office_and_every_role_and_opening_again_keeps_passwords(services, now):
    register = services.demonstration_register
    wanted = register.wanted_accounts()
    assert {a.office for a in wanted if a.role is Role.CLERK} == set(services.catalogue.windows)
    assert {a.office for a in wanted if a.username.startswith("officer-")} == {
        office.id for office in services.catalogue.offices.values() if office.authority
    }
    assert {a.role for a in wanted} == set(Role)
    register.open_accounts({a.username: f"seven grey herons and {a.username}" for a in wanted}, now)
    register.open_accounts({a.username: "another long password" for a in wanted}, now)
    token = services.sign_in.sign_in("clerk-bafu", "seven grey herons and clerk-bafu", "10.0.0.1", now)
    actor = services.sessions.actor(token, now)
    assert (actor.office, actor.roles) == ("bafu", {Role.CLERK})


def test_a_code_is_found_by_its_name_or_refused(demonstration):
    assert demonstration.demonstration_register.code("in-force").png.startswith(b"\x89PNG")
    with pytest.raises(NotFoundError) as refused:
        demonstration.demonstration_register.code("no-such")
    assert refused.value.code == "demonstration_unknown"


def test_every_permit_type_shown_is_one_of_the_catalogue(catalogue):
    types = {p.type for b in businesses() for p in b.permits}
    assert types <= set(catalogue.permit_types) - {catalogue.licence.id}
    assert len(types) >= 6


def test_every_kind_of_place_was_licensed_on_the_day_its_permit_began(catalogue, demonstration):
    with demonstration.database.read() as tx:
        rows = tx.all(
            "SELECT kinds, issued_on FROM permits WHERE permit_type = 'hygiene_permit' AND issued_on IS NOT NULL"
        )
    for row in rows:
        day = datetime.fromisoformat(row["issued_on"]).date()
        for kind in row["kinds"].split(","):
            assert catalogue.kinds[kind].regime_on(day).regime == "licensed", (kind, day)


def test_the_document_lists_every_business_with_its_verdict():
    document = (Path(__file__).parents[3] / "docs" / "running" / "demonstration.md").read_text(encoding="utf-8")
    for b in businesses():
        assert f"| `{b.slug}` | {b.shows.zh} {b.shows.en} | `{b.verdict.value}` |" in document
    assert document.count("\n| `") == len(businesses()) + 3
