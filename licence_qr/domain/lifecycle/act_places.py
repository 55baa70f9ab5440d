"""Where the page of a business offers an act: at hand, folded, or apart with what ends something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from licence_qr.domain.lifecycle.acts import Act, Rule


class ActPlace(StrEnum):
    """One part of the page."""

    COMMON = "common"  # what people come to the counter for, or what somebody waits for
    REST = "rest"
    ENDING = "ending"  # what cannot be undone


ACT_PLACES: Mapping[Act, ActPlace] = {
    Act.CHANGE: ActPlace.COMMON,
    Act.ADD_PREMISES: ActPlace.REST,
    Act.CLOSE_PREMISES: ActPlace.ENDING,
    Act.REPRINT: ActPlace.COMMON,
    Act.DORMANT: ActPlace.REST,
    Act.RESUME: ActPlace.COMMON,
    Act.MOVE_OUT: ActPlace.ENDING,
    Act.MARK: ActPlace.REST,
    Act.LIFT_MARK: ActPlace.REST,
    Act.GRANT: ActPlace.COMMON,
    Act.REFUSE: ActPlace.COMMON,
    Act.APPLY_RENEWAL: ActPlace.COMMON,
    Act.RENEW: ActPlace.COMMON,
    Act.REFUSE_RENEWAL: ActPlace.COMMON,
    Act.DEEM_RENEWED: ActPlace.REST,
    Act.REVIEW: ActPlace.REST,
    Act.CHECK: ActPlace.REST,
    Act.GRADE: ActPlace.REST,
    Act.SUSPEND: ActPlace.REST,
    Act.REINSTATE: ActPlace.COMMON,
    Act.ANNUL: ActPlace.ENDING,
    Act.REVOKE: ActPlace.ENDING,
    Act.WITHDRAW: ActPlace.ENDING,
    Act.CANCEL: ActPlace.ENDING,
}


def placed(rules: Iterable[Rule], place: ActPlace) -> tuple[Rule, ...]:
    """Those of ``rules`` that belong to ``place``, in their order."""
    return tuple(rule for rule in rules if ACT_PLACES[rule.act] is place)
