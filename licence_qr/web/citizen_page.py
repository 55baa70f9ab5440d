"""What the citizen's page says first, and the words of one permit, from the public facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.catalogue import Text
from licence_qr.domain.permit import GrantMode, PermitStatus
from licence_qr.domain.public_page import FoundBy, PublicPage, PublicPermit, Verdict
from licence_qr.web.words import GRADE, LICENCE_STATE, PERMIT_STATUS, VERDICT, Saying, Tone, day

_RING = "M24 4a20 20 0 1 0 0 40a20 20 0 1 0 0-40z"


class Sign(StrEnum):
    """The shape beside the verdict, as the path of a 48 × 48 drawing: known by its outline, without its colour."""

    CHECK = f"{_RING}m-9 21 6 7 12-15"
    LETTER_I = f"{_RING}m0 18v13m0-21v.1"
    TRIANGLE = "M24 5 45 42H3zm0 13v12m0 6v.1"
    CLOCK = f"{_RING}m0 8v13l8 5"
    OCTAGON = "M16 4h16l12 12v16L32 44H16L4 32V16zm0 12 16 16m0-16L16 32"
    QUESTION = f"{_RING}m-6 15a6 6 0 1 1 9 5c-2 1.2-3 2.5-3 5m0 6v.1"
    DOTS = f"{_RING}m-9 20h.1m8.9 0h.1m8.9 0h.1"


_SIGN = {
    Verdict.ALL_IN_FORCE: Sign.CHECK,
    Verdict.LICENCE_ONLY: Sign.LETTER_I,
    Verdict.ATTENTION: Sign.TRIANGLE,
    Verdict.DORMANT: Sign.TRIANGLE,
    Verdict.LICENCE_ENDED: Sign.OCTAGON,
    Verdict.OLD_PRINT: Sign.CLOCK,
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as the page shows it: words, tone (colour) and sign say the same. ``detail`` may be absent."""

    words: Text
    tone: Tone
    sign: Sign
    detail: Text | None = None


def headline(page: PublicPage) -> Headline:
    """The first thing the page says. Only a scanned symbol is ever called genuine; a typed number proves no print."""
    saying = VERDICT[page.verdict]
    return Headline(_claim(page, saying), saying.tone, _SIGN[page.verdict], _detail(page))


def _claim(page: PublicPage, saying: Saying) -> Text:
    if page.verdict in {Verdict.OLD_PRINT, Verdict.LICENCE_ENDED}:
        return Text(saying.zh, saying.en[0].upper() + saying.en[1:])
    zh, en = ("真实", "Genuine") if page.found_by is FoundBy.SYMBOL else ("登记在册", "On the register")
    return Text(f"{zh}，{saying.zh}", f"{en}: {saying.en}")


def _detail(page: PublicPage) -> Text | None:
    if page.verdict is Verdict.OLD_PRINT:
        today = VERDICT[page.today]
        newest = page.newest_version
        return Text(f"现行的是第 {newest} 版。今天：{today.zh}。", f"Version {newest} is current. Today: {today.en}.")
    if page.verdict is Verdict.LICENCE_ENDED:
        state = LICENCE_STATE[page.licence.state]
        return Text(f"登记状态：{state.zh}，不得再据此经营。", f"State: {state.en}. No trade under it.")
    if page.verdict is Verdict.ATTENTION:
        return _worst_permit(page)
    if page.found_by is FoundBy.NUMBER:
        return Text("按编号查到，不能证明照牌本身的真伪。", "Found by its number, which proves no print.")
    return None


def _worst_permit(page: PublicPage) -> Text | None:
    """The permit that asks for attention, named when there is one and counted when there are more."""
    stopped = [permit for permit in page.permits if not permit.status.in_force]
    if not stopped:
        return None
    if len(stopped) > 1:
        return Text(f"{len(stopped)} 项许可不在有效状态。", f"{len(stopped)} permits are not in force.")
    status = PERMIT_STATUS[stopped[0].status]
    name = stopped[0].permit_type
    return Text(f"{name.zh}：{status.zh}。", f"{name.en}: {status.en}.")


def holder(page: PublicPage) -> Text:
    """The name to look for on the sign: the registered one, or the operator's of a business that never took one."""
    licence = page.licence
    if licence.name:
        return Text(licence.name, licence.name)
    return Text(f"个体工商户 {licence.principal}（无字号）", f"{licence.principal} (no trade name)")


def permit_status(permit: PublicPermit) -> Saying:
    """The status of one permit; one that ends soon counts its days, its last day included."""
    saying = PERMIT_STATUS[permit.status]
    left = permit.days_left
    if permit.status is not PermitStatus.EXPIRING_SOON or left is None:
        return saying
    if left == 0:
        return Saying("今天到期", "last day today", saying.tone)
    return Saying(f"还有 {left} 天到期", "1 day left" if left == 1 else f"{left} days left", saying.tone)


def grade(permit: PublicPermit) -> Text:
    """The hygiene grade with its day, or that there is none."""
    words = GRADE[permit.grade]
    if not permit.grade or permit.graded_on is None:
        return words
    on = day(permit.graded_on)
    return Text(f"{words.zh}，{on}评定", f"{words.en}, graded on {on}")


def commitment(permit: PublicPermit) -> Text | None:
    """How far a permit granted on the holder's word (告知承诺) has been checked since; None on the general path."""
    if permit.mode is not GrantMode.COMMITMENT or permit.status is PermitStatus.PENDING:
        return None
    zh, en = "经营者书面承诺符合条件，当场许可", "Granted on a written commitment"
    if permit.checked_on is not None:
        on = day(permit.checked_on)
        return Text(f"{zh}；已于{on}现场核查。", f"{en}; checked on the spot on {on}.")
    if permit.follow_up_due is not None:
        due = day(permit.follow_up_due)
        return Text(f"{zh}；应于{due}前现场核查。", f"{en}; to be checked on the spot by {due}.")
    return Text(f"{zh}。", f"{en}.")
