"""The headline of the public page, and the words for one permit, made from the public facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.catalogue.grading import grade_name, scale_title
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing.public_page import FoundBy, PublicMark, PublicPage, PublicPermit, Verdict
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.web.shell.words import LICENCE_STATE, PERMIT_STATUS, VERDICT, Saying, Tone, day, permit_saying

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

# The ends that differ in law; what was to be checked before is not waited for any more.
ENDS = frozenset({PermitStatus.ANNULLED, PermitStatus.REVOKED, PermitStatus.WITHDRAWN, PermitStatus.CANCELLED})

# What "a permit needs attention" comes down to, gravest first, by the permit that asks for it.
_LAPSED = Saying("有许可已失效", "a permit is no longer valid", Tone.BAD)
_PAUSED = Saying("有许可被暂停", "a permit is suspended", Tone.BAD)
_AWAITED = Saying("有许可尚未生效", "a permit is not yet in force", Tone.CARE)


_MOVED_OUT = Text(
    "已迁往其他登记机关，本亮证牌停用",
    "Moved to another registration authority: this card is no longer in use",
)


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as the page shows it: words, tone (colour) and sign say the same. ``detail`` may be absent."""

    words: Text
    tone: Tone
    sign: Sign
    detail: Text | None = None


def headline(page: PublicPage) -> Headline:
    """The headline. Only a scanned symbol is called genuine, because a code number does not prove it."""
    today = _today(page)
    if page.verdict is Verdict.OLD_PRINT:
        return _old_print(page, today)
    words = Text(today.zh, _upper(today.en))
    if page.verdict is Verdict.LICENCE_ENDED and page.licence.state is LicenceState.MOVED_OUT:
        words = _MOVED_OUT
    elif page.verdict is not Verdict.LICENCE_ENDED:
        zh, en = ("核验通过", "Genuine") if page.found_by is FoundBy.SYMBOL else ("登记在册", "On the register")
        words = Text(f"{zh}，{today.zh}", f"{en}: {today.en}")
    return Headline(words, today.tone, _SIGN[today.tone], _detail(page))


def _today(page: PublicPage) -> Saying:
    """The headline for the status today, whatever the scanned version says."""
    if page.today is not Verdict.ATTENTION:
        return VERDICT[page.today]
    stopped = {permit.status for permit in _stopped(page)}
    if stopped - {PermitStatus.PENDING, PermitStatus.NOT_YET_VALID, PermitStatus.SUSPENDED}:
        return _LAPSED
    return _PAUSED if PermitStatus.SUSPENDED in stopped else _AWAITED


def _old_print(page: PublicPage, today: Saying) -> Headline:
    """The headline for an old version: never green, and at least as serious as the status today."""
    old = VERDICT[Verdict.OLD_PRINT]
    tone = Tone.BAD if today.tone is Tone.BAD else old.tone
    newest = page.newest_version
    void = page.print_void_since
    zh = f"已于{day(void)}声明作废。" if void else ""
    en = f"Declared void on {day(void)}. " if void else ""
    detail = Text(
        f"{zh}现行的是第 {newest} 版。今天：{today.zh}。", f"{en}Version {newest} is current. Today: {today.en}."
    )
    return Headline(Text(old.zh, _upper(old.en)), tone, Sign.CLOCK, detail)


def _detail(page: PublicPage) -> Text | None:
    if page.verdict is Verdict.LICENCE_ENDED:
        if page.licence.state is LicenceState.MOVED_OUT:
            return None  # the business may trade, on the licence of its new authority
        state = LICENCE_STATE[page.licence.state]
        return Text(
            f"登记状态：{state.zh}，不得再据此经营。",
            f"Status: {state.en}. The business may not trade on this licence.",
        )
    if page.verdict is Verdict.ATTENTION:
        return _which_permit(_stopped(page))
    if page.found_by is FoundBy.NUMBER:
        return Text(
            "按编号查到，不能证明亮证牌本身是真的。",
            "Found by code number; this does not prove that the card is genuine.",
        )
    return None


def _stopped(page: PublicPage) -> list[PublicPermit]:
    return [permit for permit in page.permits if not permit.status.in_force]


def _which_permit(stopped: list[PublicPermit]) -> Text:
    """The permits that need attention: the name if there is one, else their number."""
    if len(stopped) != 1:
        return Text(f"{len(stopped)} 项许可不在有效状态。", f"{len(stopped)} permits are not in force.")
    status, name = permit_status(stopped[0]), stopped[0].permit_type
    return Text(f"{name.zh}：{status.zh}。", f"{name.en}: {status.en}.")


def holder(page: PublicPage) -> Text:
    """The name to look for on the sign: the registered name, or the operator's if the business has none."""
    licence = page.licence
    if licence.name:
        return Text(licence.name, licence.name)
    return Text(f"个体工商户 {licence.principal}（无字号）", f"{licence.principal} (no trade name)")


def permit_status(permit: PublicPermit) -> Saying:
    """The status of one permit. One that expires soon counts its days, including the expiry date; one that was closed after
    another end (撤销, 吊销 or 撤回, then 注销) names both."""
    saying = permit_saying(permit.status, permit.suspension)
    if permit.ended_by is not None and permit.ended_by is not permit.status:
        first = PERMIT_STATUS[permit.ended_by]
        return Saying(f"{first.zh}，{saying.zh}", f"{first.en}, then {saying.en}", saying.tone)
    left = permit.days_left
    if permit.status is not PermitStatus.EXPIRING_SOON or left is None:
        return saying
    if left == 0:
        return Saying("今天到期", "expires today", saying.tone)
    return Saying(f"还有 {left} 天到期", "1 day left" if left == 1 else f"{left} days left", saying.tone)


def grade_title(permit: PublicPermit) -> Text:
    """The name of the grade for this type of permit."""
    return scale_title(permit.scale)


def grade(permit: PublicPermit) -> Text:
    """The grade with its date, or words for none."""
    words = grade_name(permit.scale, permit.grade)
    if not permit.grade or permit.graded_on is None:
        return words
    on = day(permit.graded_on)
    return Text(f"{words.zh}，{on}评定", f"{words.en}, graded on {on}")


def commitment(permit: PublicPermit, page: PublicPage) -> Text | None:
    """How far a permit granted on the holder's word (告知承诺) has been checked since; None on the standard procedure."""
    if permit.mode is not GrantMode.COMMITMENT or permit.status is PermitStatus.PENDING:
        return None
    zh, en = "申请人书面承诺符合条件，当场许可", "Granted on the applicant’s written commitment"
    if permit.checked_on is not None:
        on = day(permit.checked_on)
        return Text(f"{zh}；已于{on}现场核查。", f"{en}; inspected on site on {on}.")
    if permit.follow_up_due is None or permit.status in ENDS:
        return Text(f"{zh}。", f"{en}.")
    due = day(permit.follow_up_due)
    if permit.follow_up_due < local_date(page.checked_at):
        return Text(
            f"{zh}；应至迟于{due}完成现场核查，尚未核查。",
            f"{en}; on-site inspection was due by {due} and has not taken place.",
        )
    return Text(f"{zh}；至迟于{due}完成现场核查。", f"{en}; on-site inspection due by {due}.")


def since(permit: PublicPermit) -> Text | None:
    """Since when a decision applies; for an annulled permit that it was never valid. None without a decision."""
    if permit.state_since is None:
        return None
    on = day(permit.state_since)
    if PermitStatus.ANNULLED in (permit.status, permit.ended_by):
        if permit.status is PermitStatus.ANNULLED:
            return Text(f"{on}决定；自始无效", f"decided on {on}; void from the start")
        return Text(f"{on}；该许可自始无效", f"{on}; the permit was void from the start")
    return Text(f"自{on}起", f"since {on}")


def deemed(permit: PublicPermit) -> Text | None:
    """That a permit is deemed renewed (行政许可法第五十条), once its expiry date has passed."""
    if not permit.deemed_renewed:
        return None
    return Text(
        "到期前已申请延续，期满未作决定，视为准予延续。",
        "Renewal was applied for in time and not decided before expiry, so the permit is deemed renewed.",
    )


def mark(found: PublicMark) -> Text:
    """One mark with its dates."""
    begun = day(found.since)
    if found.until is None:
        return Text(f"{found.name.zh}，自{begun}起", f"{_upper(found.name.en)}, since {begun}")
    ends = day(found.until)
    return Text(f"{found.name.zh}，{begun}至{ends}", f"{_upper(found.name.en)}, from {begun} to {ends}")


def _upper(words: str) -> str:
    return words[0].upper() + words[1:]
