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


_SIGN = {Tone.GOOD: Sign.CHECK, Tone.PLAIN: Sign.LETTER_I, Tone.CARE: Sign.TRIANGLE, Tone.BAD: Sign.OCTAGON}

# What "a permit needs attention" comes down to, gravest first, by the permit that asks for it.
_LAPSED = Saying("有许可已失效", "a permit is no longer valid", Tone.BAD)
_PAUSED = Saying("有许可被暂停", "a permit is suspended", Tone.BAD)
_AWAITED = Saying("有许可尚未生效", "a permit is not yet in force", Tone.CARE)


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as the page shows it: words, tone (colour) and sign say the same. ``detail`` may be absent."""

    words: Text
    tone: Tone
    sign: Sign
    detail: Text | None = None


def headline(page: PublicPage) -> Headline:
    """The first thing the page says. Only a scanned symbol is ever called genuine; a typed number proves no print."""
    today = _today(page)
    if page.verdict is Verdict.OLD_PRINT:
        return _old_print(page, today)
    words = Text(today.zh, today.en[0].upper() + today.en[1:])
    if page.verdict is not Verdict.LICENCE_ENDED:
        zh, en = ("真实", "Genuine") if page.found_by is FoundBy.SYMBOL else ("登记在册", "On the register")
        words = Text(f"{zh}，{today.zh}", f"{en}: {today.en}")
    return Headline(words, today.tone, _SIGN[today.tone], _detail(page))


def _today(page: PublicPage) -> Saying:
    """What is true today, whatever the print says."""
    if page.today is not Verdict.ATTENTION:
        return VERDICT[page.today]
    stopped = {permit.status for permit in _stopped(page)}
    if stopped - {PermitStatus.PENDING, PermitStatus.NOT_YET_VALID, PermitStatus.SUSPENDED}:
        return _LAPSED
    return _PAUSED if PermitStatus.SUSPENDED in stopped else _AWAITED


def _old_print(page: PublicPage, today: Saying) -> Headline:
    """An old print is never green; it is as grave as what is true today."""
    old = VERDICT[Verdict.OLD_PRINT]
    tone = Tone.BAD if today.tone is Tone.BAD else old.tone
    newest = page.newest_version
    detail = Text(f"现行的是第 {newest} 版。今天：{today.zh}。", f"Version {newest} is current. Today: {today.en}.")
    return Headline(Text(old.zh, old.en[0].upper() + old.en[1:]), tone, Sign.CLOCK, detail)


def _detail(page: PublicPage) -> Text | None:
    if page.verdict is Verdict.LICENCE_ENDED:
        state = LICENCE_STATE[page.licence.state]
        return Text(f"登记状态：{state.zh}，不得再据此经营。", f"State: {state.en}. No trade under it.")
    if page.verdict is Verdict.ATTENTION:
        return _which_permit(_stopped(page))
    if page.found_by is FoundBy.NUMBER:
        return Text("按编号查到，不能证明照牌本身的真伪。", "Found by its number, which proves no print.")
    return None


def _stopped(page: PublicPage) -> list[PublicPermit]:
    return [permit for permit in page.permits if not permit.status.in_force]


def _which_permit(stopped: list[PublicPermit]) -> Text:
    """The permit that asks for attention, named when there is one and counted when there are more."""
    if len(stopped) != 1:
        return Text(f"{len(stopped)} 项许可不在有效状态。", f"{len(stopped)} permits are not in force.")
    status, name = PERMIT_STATUS[stopped[0].status], stopped[0].permit_type
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
