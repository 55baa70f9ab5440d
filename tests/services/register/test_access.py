"""The gate by its table: every role, on a thing of the own office, of another and of none, for everything there is to do."""

from __future__ import annotations

import itertools
import re

import pytest
from sources import FILES, PACKAGE

from licence_qr import wording
from licence_qr.domain.lifecycle.acts import RULES, Rule, SubjectKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import OF_PEOPLE, kinds_of
from licence_qr.errors import AccessError
from licence_qr.services.register import access, things
from licence_qr.services.register.access import Right

LETTERS = {
    "C": Role.CLERK,
    "I": Role.INSPECTOR,
    "D": Role.DECIDER,
    "S": Role.SUPERVISOR,
    "U": Role.AUDITOR,
    "K": Role.CATALOGUE,
    "A": Role.ADMIN,
}
OWN, OTHER, NONE = "baishiyi", "jinfeng", ""
# Who may on a thing of the own office, of another, and of none yet.
TABLE = {
    "TAKE_APPLICATIONS": ("C", "", ""),
    "INVITE_TO_RATE": ("C", "", ""),
    "READ_PARTIES": ("CIDSU", "U", "U"),
    "LOOK_AT_NUMBERS": ("CD", "", ""),
    "TELL_APPLICANTS": ("C", "", ""),
    "READ_PROMISES": ("CIDSU", "U", "U"),
    "HAND_OVER_TASKS": ("CIDS", "", ""),
    "READ_BUSINESSES": ("CIDSU", "CIDSU", "CIDSU"),
    "READ_INTERNAL_HISTORY": ("CIDSU", "U", "U"),
    "ACT_ON_LICENCES": ("C", "", ""),
    "ACT_ON_PERMITS": ("CI", "", ""),
    "READ_PROPOSALS": ("CIDSU", "U", "U"),
    "PROPOSE": ("CI", "", ""),
    "DECIDE_PROPOSALS": ("D", "", ""),
    "DECIDE_ITEMS": ("D", "", ""),
    "RECORD_SHOWN": ("C", "", ""),
    "PASS_ON_ITEMS": ("C", "", ""),
    "READ_FOLLOW_UPS": ("IDSU", "U", "U"),
    "RECORD_FOLLOW_UPS": ("I", "", ""),
    "MAKE_INSPECTIONS": ("I", "", ""),
    "READ_INSPECTIONS": ("CIDSU", "U", "U"),
    "DECIDE_INSPECTIONS": ("C", "", ""),
    "READ_NAMED_CHECKS": ("CIDSU", "U", "U"),
    "DECIDE_NAMED_CHECKS": ("C", "", ""),
    "READ_ORDERS": ("CIDSU", "U", "U"),
    "READ_DRAWS": ("CIDSU", "U", "U"),
    "DRAW": ("CD", "", ""),
    "READ_IMPORTED_ROWS": ("CSU", "SU", "CSU"),
    "DECIDE_IMPORTED_ROWS": ("CS", "S", "CS"),
    "READ_REPORTS": ("CIDSU", "SU", "SU"),
    "PASS_ON_REPORTS": ("CIDS", "S", "S"),
    "HANDLE_REPORTS": ("CID", "", ""),
    "HANDLE_RATINGS": ("CD", "", ""),
    "READ_RATING_FIGURES": ("CDSU", "U", "U"),
    "SEE_WORK": ("CIDSUA", "U", "U"),
    "SUBSCRIBE_TO_WORK": ("CIDS", "", ""),
    "READ_DELEGATIONS": ("SUKA", "SUKA", "SUKA"),
    "READ_PEOPLE": ("SUA", "UA", "UA"),
    "MANAGE_PEOPLE": ("A", "A", "A"),
    "READ_ABSENCES": ("SUA", "UA", "UA"),
    "MANAGE_ABSENCES": ("SA", "A", "A"),
    "CONFIRM_RESETS": ("SA", "A", "A"),
    "CONFIRM_ROLES": ("UA", "UA", "UA"),
    "READ_TRACES": ("U", "U", "U"),
}
# Who may do, or where it takes two people propose, each act. What is not named here a clerk may.
NOT_OF_CLERKS_ALONE = {
    **dict.fromkeys(("review", "check", "grade", "suspend", "reinstate", "annul", "revoke", "withdraw"), "CI"),
    "deem_renewed": "",
}
NAMED = {name: value for name, value in vars(access).items() if isinstance(value, Right)}


def somebody(*roles: Role) -> Actor:
    return Actor(7, "somebody", "示例员", OWN, frozenset(roles))


def refusal(actor: Actor, right: Right, *offices: str) -> str:
    """The code of the refusal, which ``may`` must foretell; empty for none."""
    try:
        access.demand(actor, right, *offices)
    except AccessError as refused:
        assert not access.may(actor, right, *offices)
        return refused.code
    assert access.may(actor, right, *offices)
    return ""


def check(right: Right, columns: tuple[str, str, str]) -> None:
    for (letter, role), (office, may) in itertools.product(
        LETTERS.items(), zip((OWN, OTHER, NONE), columns, strict=True)
    ):
        at_hand = office == OWN or (office == NONE and right.unassigned)
        expected = (
            "" if letter in may else "role_not_allowed" if at_hand or role in right.everywhere else "other_office"
        )
        assert refusal(somebody(role), right, office) == expected, (letter, office)
        assert refusal(somebody(), right, office) == ("role_not_allowed" if at_hand else "other_office")
        assert (refusal(somebody(role), right) == "") == (letter in columns[0])
    assert refusal(somebody(), right) == "role_not_allowed"


def test_every_right_is_in_the_table():
    assert NAMED.keys() == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_a_right_is_had_by_whom_the_table_says(name):
    check(NAMED[name], TABLE[name])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.act}")
def test_an_act_is_done_by_whom_the_table_says_in_the_own_office_only(rule: Rule):
    who = "C" if rule.kind is SubjectKind.LICENCE else NOT_OF_CLERKS_ALONE.get(rule.act.value, "C")
    check(access.of_act(rule), (who, "", ""))
    door = access.ACT_ON_LICENCES if rule.kind is SubjectKind.LICENCE else access.ACT_ON_PERMITS
    assert rule.roles <= door.roles, "whoever may do an act is let in to its form"
    assert not rule.four_eyes or rule.roles <= access.PROPOSE.roles


def test_nobody_else_refuses_for_a_role_or_an_office():
    """But for the door of the pages, which asks for the roles of the same rights before anything is looked up."""
    pattern = re.compile(r'AccessError\(\s*"(role_not_allowed|other_office)"')
    found = {path.relative_to(PACKAGE).as_posix() for path in FILES if pattern.search(path.read_text(encoding="utf-8"))}
    assert found == {"services/register/access.py", "web/shell/security.py"}


def test_several_roles_add_up():
    both = somebody(Role.CLERK, Role.SUPERVISOR)
    assert refusal(both, access.HANDLE_RATINGS, OWN) == ""
    assert refusal(both, access.HANDLE_RATINGS, OTHER) == "other_office"
    assert refusal(both, access.DECIDE_IMPORTED_ROWS, OTHER) == ""


def test_of_any_two_roles_one_has_the_rights_of_either_and_no_more():
    for (_, one), (_, other) in itertools.combinations(LETTERS.items(), 2):
        for right, office in itertools.product(NAMED.values(), (OWN, OTHER, NONE)):
            either = any(access.may(somebody(role), right, office) for role in (one, other))
            # At home one has every right of either; elsewhere a role counts if it is among those that reach everywhere.
            assert access.may(somebody(one, other), right, office) == either, (one, other, right, office)


OF_STAFF = (things.PERSON, things.ABSENCE, things.DELEGATION)


def test_administrators_and_keepers_of_the_catalogue_have_no_right_to_any_case():
    of_cases = [right for right in NAMED.values() if right.thing not in OF_STAFF and right is not access.SEE_WORK]
    assert not [right for right in of_cases if right.roles & {Role.ADMIN, Role.CATALOGUE}]
    assert set(kinds_of(somebody(Role.ADMIN))) == OF_PEOPLE and not kinds_of(somebody(Role.CATALOGUE))


def test_auditors_have_no_right_but_to_read_and_to_be_the_second_person_for_roles():
    had = {name for name, right in NAMED.items() if Role.AUDITOR in right.roles}
    assert {name for name in had if not name.startswith("READ_")} == {"SEE_WORK", "CONFIRM_ROLES"}


def test_elsewhere_one_has_only_the_roles_that_reach_every_office():
    both = somebody(Role.CLERK, Role.SUPERVISOR)
    assert refusal(both, access.HANDLE_REPORTS, OWN) == ""
    assert refusal(both, access.HANDLE_REPORTS, OTHER) == "role_not_allowed"
    assert refusal(somebody(Role.CLERK), access.HANDLE_REPORTS, OTHER) == "other_office"
    assert access.office_bound(both, access.HANDLE_REPORTS) == OWN


def test_a_thing_of_two_offices_is_open_to_either_and_the_first_is_named():
    with pytest.raises(AccessError) as refused:
        access.demand(somebody(Role.CLERK), access.ACT_ON_PERMITS, OTHER, "bafu")
    thing = things.PERMIT
    assert refused.value.facts == {"thing_zh": thing.zh, "thing_en": thing.en, "office": OTHER}
    assert refusal(somebody(Role.CLERK), access.ACT_ON_PERMITS, OTHER, OWN) == ""


def test_a_list_is_bounded_to_the_own_office_but_for_whoever_may_everywhere():
    assert access.office_bound(somebody(Role.CLERK), access.READ_REPORTS) == OWN
    assert access.office_bound(somebody(Role.CLERK, Role.SUPERVISOR), access.READ_REPORTS) is None
    with pytest.raises(AccessError, match="role_not_allowed"):
        access.office_bound(somebody(Role.ADMIN), access.HANDLE_RATINGS)


@pytest.mark.parametrize("name", TABLE)
def test_the_refusal_is_said_of_every_kind_of_thing_in_both_languages(name):
    thing = NAMED[name].thing
    error = AccessError("other_office", thing_zh=thing.zh, thing_en=thing.en, office=OTHER)
    assert wording.explain(error, "zh").what == f"该{thing.zh}属于另一个窗口（{OTHER}）。"
    assert wording.explain(error, "en").what == f"This {thing.en} belongs to another office ({OTHER})."
