"""The one table of states: every closed set has its words, no tone contradicts its severity, and the gravest speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.publishing.public_page import FoundBy, Verdict
from licence_qr.domain.publishing.publish import verdict_today
from licence_qr.domain.publishing.sayings import AWAITED, UNSURE, first_words
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.wording.states import Tone, state, states

BANDS = {
    Tone.GOOD: range(10),
    Tone.PLAIN: range(10, 20),
    Tone.UNKNOWN: range(20, 40),
    Tone.CARE: range(40, 60),
    Tone.BAD: range(60, 100),
}
GROUPS = {"verdict": [Verdict], "status": [LicenceState, PermitStatus], "mark": [MarkKind], "standing": [ItemStanding]}


def test_every_state_has_its_words_and_its_severity_lies_in_the_band_of_its_tone() -> None:
    for group, named in states().items():
        for name, said in named.items():
            assert said.zh and said.en and said.severity in BANDS[said.tone], f"{group}.{name}"


@pytest.mark.parametrize(("group", "sets"), GROUPS.items())
def test_every_member_of_a_closed_set_has_a_row(group: str, sets: list[type[Verdict]]) -> None:
    members = {each.value for closed in sets for each in closed}
    assert members - set(states()[group]) <= {"in_force"}  # an item in force is said like a permit


def test_verdicts_are_listed_from_the_gravest_on_in_the_table_and_in_the_enumeration() -> None:
    severities = [said.severity for said in states()["verdict"].values()]
    assert severities == sorted(severities, reverse=True) and len(set(severities)) == len(severities)
    exact = {Verdict.ATTENTION: state("verdict.permit_suspended")}
    listed = [exact.get(each, state(f"verdict.{each.value}")).severity for each in Verdict]
    assert listed == sorted(listed, reverse=True)


def test_only_what_holds_for_the_code_at_least_is_green() -> None:
    green = {name for name, said in states()["verdict"].items() if said.tone is Tone.GOOD}
    assert green == {"all_in_force", "in_code"}


@given(
    state=st.sampled_from(LicenceState),
    statuses=st.lists(st.sampled_from(PermitStatus), max_size=4),
    standings=st.lists(st.sampled_from(ItemStanding), max_size=4),
    marked=st.booleans(),
)
def test_of_all_that_holds_the_gravest_is_the_verdict(
    state: LicenceState, statuses: list[PermitStatus], standings: list[ItemStanding], marked: bool
) -> None:
    said = verdict_today(state, statuses, standings, marked=marked)
    stopped = {status for status in statuses if not status.in_force}
    sure = state is LicenceState.ACTIVE and not stopped and UNSURE.isdisjoint(standings) and not marked
    assert (said in (Verdict.ALL_IN_FORCE, Verdict.LICENCE_ONLY)) == sure
    if stopped - AWAITED and not state.ended:
        assert said is Verdict.ATTENTION
    elif state is LicenceState.ACTIVE and not UNSURE.isdisjoint(standings):
        assert said is Verdict.INCOMPLETE


def test_nobody_says_genuine_before_what_is_no_reason_to_rely_on_a_card() -> None:
    for name in ("refused", "void_print", "ended_or_void", "licence_ended", "old_print", "not_found"):
        words = first_words(state(f"verdict.{name}"), FoundBy.SYMBOL)
        assert "核验通过" not in words.zh and "Genuine" not in words.en and words.en[0].isupper()
    assert first_words(state("verdict.in_code"), FoundBy.SYMBOL).zh == "核验通过，码内证照均有效"
