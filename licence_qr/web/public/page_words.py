"""The headline of the public page, and the words for one permit, made from the public facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.grading import grade_name, scale_title
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing import sayings
from licence_qr.domain.publishing.public_page import FoundBy, PublicItem, PublicMark, PublicPage, PublicPermit, Verdict
from licence_qr.domain.publishing.sayings import item_standing as item_standing
from licence_qr.domain.publishing.sayings import permit_status as permit_status
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.web.shell.words import LICENCE_STATE, Saying, Tone, day
from licence_qr.wording.states import state

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


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as the page shows it: words, tone (colour) and sign say the same. ``detail`` may be absent."""

    words: Text
    tone: Tone
    sign: Sign
    detail: Text | None = None


def headline(page: PublicPage) -> Headline:
    """The headline: the words of ``sayings.headline``, with its sign and what is to be known or done."""
    said = sayings.headline(page)
    sign = Sign.CLOCK if page.verdict is Verdict.OLD_PRINT else _SIGN[said.tone]
    told = [each for each in _details(page, said.today) if each]
    detail = Text("".join(each.zh for each in told), " ".join(each.en for each in told)) if told else None
    return Headline(said.words, said.tone, sign, detail)


def refused_before() -> Headline:
    """What stays above the result of a number that was typed after a code was refused: the number may be that of a card
    which was copied below a false code."""
    said = state("verdict.refused")
    detail = Text(
        "刚才扫的二维码未通过。编号人人都能抄写，查到编号不等于这张亮证牌是真的。",
        "The code you scanned failed. Anybody can copy a number: finding it does not make this card genuine.",
    )
    return Headline(Text(said.zh, said.en), said.tone, _SIGN[said.tone], detail)


def _details(page: PublicPage, today: Saying) -> Iterator[Text | None]:
    if page.verdict is Verdict.VOID_PRINT or page.verdict is Verdict.OLD_PRINT:
        yield from _about_print(page, today)
        return
    if page.verdict is Verdict.LICENCE_ENDED:
        yield _ended(page)
    elif page.verdict is Verdict.ATTENTION:
        yield _which_permit(sayings.stopped_permits(page))
    elif page.verdict is Verdict.INCOMPLETE:
        yield _which_item(sayings.unsure_items(page))
    if page.verdict is not Verdict.MARKED:
        yield from (Text(f"{each.name.zh}。", f"{sayings.upper(each.name.en)}.") for each in page.marks)
    if page.found_by is FoundBy.NUMBER and page.verdict is not Verdict.LICENCE_ENDED:
        yield Text(
            "按编号查到，不能证明亮证牌本身是真的。",
            "Found by code number; this does not prove that the card is genuine.",
        )


def _about_print(page: PublicPage, today: Saying) -> Iterator[Text]:
    """Of a print that is void or old: since when, what to do, and what is true today."""
    newest = page.newest_version
    if page.print_void_since is not None and page.verdict is Verdict.VOID_PRINT:
        on = day(page.print_void_since)
        yield Text(
            f"已于{on}声明作废（遗失），请不要采信。请经营者出示现行的第 {newest} 版；不能出示的，请拨打 12345。",
            f"Declared lost and void on {on}: do not rely on it. Ask for the current card, version {newest}; if there is "
            "none, call 12345.",
        )
    else:
        yield Text(f"现行的是第 {newest} 版。", f"Version {newest} is current.")
    yield Text(f"今天：{today.zh}。", f"Today: {today.en}.")


def _ended(page: PublicPage) -> Text | None:
    if page.licence.state is LicenceState.MOVED_OUT:
        return None  # the business may trade, on the licence of its new authority
    ended = LICENCE_STATE[page.licence.state]
    return Text(
        f"登记状态：{ended.zh}，不得再据此经营。",
        f"Status: {ended.en}. The business may not trade on this licence.",
    )


def _which_permit(stopped: list[PublicPermit]) -> Text:
    """The permits that need attention: the name if there is one, else their number."""
    if len(stopped) != 1:
        return Text(f"{len(stopped)} 项许可不在有效状态。", f"{len(stopped)} permits are not in force.")
    status, name = permit_status(stopped[0]), stopped[0].permit_type
    return Text(f"{name.zh}：{status.zh}。", f"{name.en}: {status.en}.")


def _which_item(unsure: list[PublicItem]) -> Text:
    """The items that are not on record as in force: the name if there is one, else their number."""
    if len(unsure) != 1:
        count = len(unsure)
        return Text(
            f"有 {count} 项许可或备案未办结，或这里没有记载，见下。",
            f"{count} permits or filings are not decided, or not on record here: see below.",
        )
    standing, name = sayings.item_standing(unsure[0]), unsure[0].permit_type
    return Text(f"{name.zh}：{standing.zh}。", f"{name.en}: {standing.en}.")


def holder(page: PublicPage) -> Text:
    """The name to look for on the sign: the registered name, or the operator's if the business has none."""
    licence = page.licence
    if licence.name:
        return Text(licence.name, licence.name)
    return Text(f"个体工商户 {licence.principal}（无字号）", f"{licence.principal} (no trade name)")


def item(found: PublicItem) -> Text:
    """Where an item stands, in one line: since when, under which number, or whom to ask."""
    standing = sayings.item_standing(found)
    authority, on = found.authority, day(found.since)
    if found.standing is ItemStanding.NOT_RECORDED:
        return Text(f"{standing.zh}，请向{authority.zh}查询", f"{standing.en}: ask {authority.en}")
    if found.standing is ItemStanding.BEING_DECIDED:
        return Text(f"{standing.zh}，自{on}起，由{authority.zh}办理", f"{standing.en} since {on}, by {authority.en}")
    if found.standing is ItemStanding.FILED and found.permit_no:
        return Text(f"{standing.zh}，编号{found.permit_no}", f"{standing.en} under {found.permit_no}")
    return Text(standing.zh, standing.en)


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


def way(permit: PublicPermit, page: PublicPage) -> Text | None:
    """How the permit came about, where that is to be told: on the holder's word (告知承诺), with how far it has been checked
    since; by filing (备案), which decides nothing; or shown at the counter, which did not decide it. None on the standard
    procedure."""
    if permit.status is PermitStatus.PENDING:
        return None
    if permit.mode is GrantMode.FILING:
        number = permit.permit_no
        return Text(f"已备案，编号{number}。", f"Filed under {number}.") if number else Text("已备案。", "Filed.")
    if permit.mode is GrantMode.SHOWN:
        by = permit.authority
        return Text(
            f"出示登记：由{by.zh}核发，不在这里决定。",
            f"Certificate of {by.en}, shown at the counter; not decided here.",
        )
    return _commitment(permit, page) if permit.mode is GrantMode.COMMITMENT else None


def _commitment(permit: PublicPermit, page: PublicPage) -> Text:
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
        return Text(f"{found.name.zh}，自{begun}起", f"{sayings.upper(found.name.en)}, since {begun}")
    ends = day(found.until)
    return Text(f"{found.name.zh}，{begun}至{ends}", f"{sayings.upper(found.name.en)}, from {begun} to {ends}")
