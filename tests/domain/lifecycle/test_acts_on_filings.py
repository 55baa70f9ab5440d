"""A filing (备案) was taken note of, not granted: few of the acts on permits fit it."""

from __future__ import annotations

import pytest
from shipped import CATALOGUE

from licence_qr.domain.lifecycle.acts import RULES, Act, SubjectKind, allowed, check
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.errors import RuleError

FILING = CATALOGUE.permit_types["hygiene_filing"]
OPEN = {Act.CHANGE, Act.CANCEL}


def test_its_facts_change_and_it_is_cancelled_and_nothing_else() -> None:
    assert FILING.filing
    assert {rule.act for rule in allowed(SubjectKind.PERMIT, PermitStatus.EFFECTIVE, FILING)} == OPEN


@pytest.mark.parametrize("act", sorted({rule.act for rule in RULES if rule.kind is SubjectKind.PERMIT} - OPEN))
def test_every_other_act_is_refused_in_words(act: Act) -> None:
    with pytest.raises(RuleError) as refused:
        check(SubjectKind.PERMIT, act, PermitStatus.EFFECTIVE, FILING)
    assert (refused.value.code, refused.value.facts["type_zh"]) == ("act_not_of_permit_type", FILING.name.zh)


def test_no_permit_is_a_filing() -> None:
    assert [each.id for each in CATALOGUE.permit_types.values() if each.filing] == ["hygiene_filing", "food_filing"]
