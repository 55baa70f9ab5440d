"""What a page says of its business, of each permit and of each item: from the public facts to states of the one table.

The page, its JSON and the command line take it from here; scripts have the same in ``static/verify/judgement.js``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.publishing.public_page import FoundBy, PublicItem, PublicPage, PublicPermit, Verdict
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import SUSPENSION_STATUS, GrantMode, PermitStatus, Suspension
from licence_qr.wording.states import Saying, Tone, state
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

# Not in force yet; any other status that is not in force has ended or was stopped.
AWAITED = frozenset({PermitStatus.PENDING, PermitStatus.NOT_YET_VALID})
# Where an item stands that nobody may take for in force.
UNSURE = frozenset({ItemStanding.BEING_DECIDED, ItemStanding.NOT_RECORDED, ItemStanding.NOT_IN_FORCE})


@dataclass(frozen=True, slots=True)
class FirstWords:
    """What is said first: words, tone and severity. ``today`` is what is true whatever print was scanned."""

    words: Text
    tone: Tone
    severity: int
    today: Saying


def headline(page: PublicPage) -> FirstWords:
    """The verdict of ``page`` as it is said.

    Only a scanned symbol is called genuine, and a number typed by hand is never green: it proves no print. An old print is
    at least as grave as what is true today.
    """
    now = said_today(page)
    said = now
    if page.verdict is not page.today:
        said = state(f"verdict.{page.verdict.value}")
        if now.tone is Tone.BAD and now.severity > said.severity:
            said = replace(said, tone=now.tone, severity=now.severity)
    elif page.found_by is FoundBy.NUMBER and now.tone is Tone.GOOD:
        number = state("verdict.number")
        said = replace(now, tone=number.tone, severity=number.severity)
    return FirstWords(first_words(said, page.found_by), said.tone, said.severity, now)


def first_words(said: Saying, found_by: FoundBy) -> Text:
    """The words of a verdict, with how the business was found before them unless they are bare."""
    if said.bare:
        return Text(said.zh, upper(said.en))
    found = term(f"found.{found_by.value}")
    return Text(f"{found.zh}，{said.zh}", f"{found.en}: {said.en}")


def said_today(page: PublicPage) -> Saying:
    """What is true today, in the most exact words for it."""
    if page.today is Verdict.LICENCE_ENDED and page.licence.state is LicenceState.MOVED_OUT:
        return state("verdict.moved_out")
    if page.today is Verdict.MARKED:
        return max((state(f"mark.{mark.kind.value}") for mark in page.marks), key=lambda said: said.severity)
    if page.today is not Verdict.ATTENTION:
        return state(f"verdict.{page.today.value}")
    stopped = {permit.status for permit in stopped_permits(page)} - AWAITED
    if stopped - {PermitStatus.SUSPENDED}:
        return state("verdict.permit_lapsed")
    return state("verdict.permit_suspended" if stopped else "verdict.permit_awaited")


def stopped_permits(page: PublicPage) -> list[PublicPermit]:
    """The permits of the page that are not in force."""
    return [permit for permit in page.permits if not permit.status.in_force]


def unsure_items(page: PublicPage) -> list[PublicItem]:
    """The items that nobody may take for in force."""
    return [item for item in page.items if item.standing in UNSURE]


def permit_saying(status: PermitStatus, suspension: Suspension | None = None) -> Saying:
    """A status, of a suspended permit in the words of the decision, where it is known."""
    saying = state(f"status.{status.value}")
    if status is not PermitStatus.SUSPENDED or suspension is None:
        return saying
    words = SUSPENSION_STATUS[suspension]
    return replace(saying, zh=words.zh, en=words.en)


def permit_status(permit: PublicPermit) -> Saying:
    """The status of one permit. One that expires soon counts its days, including the expiry date; one that was closed after
    another end (撤销, 吊销 or 撤回, then 注销) names both; a filing (备案) in force is filed."""
    saying = permit_saying(permit.status, permit.suspension)
    if permit.ended_by is not None and permit.ended_by is not permit.status:
        first = permit_saying(permit.ended_by)
        return replace(saying, zh=f"{first.zh}，{saying.zh}", en=f"{first.en}, then {saying.en}")
    if permit.status is PermitStatus.EFFECTIVE and permit.mode is GrantMode.FILING:
        return state("standing.filed")
    if permit.status is not PermitStatus.EXPIRING_SOON or permit.days_left is None:
        return saying
    left = days_left(permit.days_left)
    return replace(saying, zh=left.zh, en=left.en)


def days_left(left: int) -> Text:
    """How long something is still in force, 0 on its last day."""
    if left == 0:
        return Text("今天到期", "expires today")
    return Text(f"还有 {left} 天到期", "1 day left" if left == 1 else f"{left} days left")


def item_standing(item: PublicItem) -> Saying:
    """Where an item stands."""
    return standing(item.standing)


def standing(stands: ItemStanding) -> Saying:
    """The words for where an item stands."""
    if stands is ItemStanding.IN_FORCE:
        return state("status.effective")
    return state(f"standing.{stands.value}")


def upper(words: str) -> str:
    """``words`` as the beginning of an English sentence."""
    return words[0].upper() + words[1:]
