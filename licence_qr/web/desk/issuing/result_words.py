"""What the result of an application says: what was issued, what is still with others, and what to hand over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import url_for

from licence_qr.domain.cases.case import ItemState
from licence_qr.domain.catalogue.model import ItemMode, Text
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.register.permit import GrantMode
from licence_qr.services.cases.counter import ItemLine
from licence_qr.web.desk.cases.words import missing
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.words import Tone
from licence_qr.wording.terms import term

# What the lines of licence and permits say where they belong to no case.
ROW_WORDS: Mapping[str, object] = {
    "licence_name": term("record.licence_document"),
    "licence_words": term("status.active"),
    "granted_words": term("status.effective"),
    "licence_tone": Tone.GOOD,
    "pending_words": term("status.pending"),
    "pending_tone": Tone.CARE,
}
_LICENCE = Text("执照已发", "Licence issued")
_ACCEPTED = Text("许可申请已受理", "We have accepted the permit application")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One thing to give to the applicant, with what tells it apart, and where it is printed; or to take back."""

    name: Text
    detail: str = ""
    address: str = ""


def heading(pair: IssuedPair, items: Iterable[ItemLine]) -> Text:
    """What happened: what was issued, and how much is still to come."""
    lines = tuple(items)
    granted = sum(not permit.pending for permit in pair.permits)
    waiting = len(missing(lines)) if lines else len(pair.permits) - granted
    if pair.code.version > 1 and not granted:
        return _ACCEPTED if pair.permits else Text("已办理", "Completed")
    done = _issued(granted, new=pair.code.version == 1)
    if not waiting:
        return done
    return Text(f"{done.zh}，还有 {waiting} 项没有办好", f"{done.en}; {waiting} still to come")


def _issued(granted: int, *, new: bool) -> Text:
    if not new:
        return (
            Text("许可证已发", "Permit issued")
            if granted == 1
            else Text(f"{granted} 项许可已发", f"{granted} permits issued")
        )
    if granted == 0:
        return _LICENCE
    if granted == 1:
        return Text("执照和许可证已发", "Licence and permit issued")
    return Text(f"执照和 {granted} 项许可已发", f"Licence and {granted} permits issued")


def hand_over(pair: IssuedPair, items: Iterable[ItemLine]) -> Iterator[HandedOver]:
    """What goes into the applicant's hands, in the order in which it is handed over."""
    lines, version = tuple(items), pair.code.version
    if version == 1:
        yield HandedOver(Text("营业执照正本、副本", "Business licence, original and copy"), pair.uscc)
    filings = {line.item.permit_type for line in lines if line.item.mode is ItemMode.FILING}
    for permit in pair.permits:
        if not permit.pending:
            yield HandedOver(_paper(permit.permit_type, filed=permit.permit_type in filings), permit.permit_no)
    card = url_for("desk.businesses.download_card", uscc=pair.uscc, size="a5")
    yield HandedOver(Text(f"亮证牌第 {version} 版", f"Display card, version {version}"), address=card)
    if version > 1:
        yield HandedOver(Text(f"收回亮证牌第 {version - 1} 版", f"Take back version {version - 1} of the display card"))
    if any(line.item.state is ItemState.OPEN for line in lines):
        elsewhere = url_for("desk.businesses.show_elsewhere", uscc=pair.uscc)
        yield HandedOver(Text("告知单：还没有到齐的", "Slip: what is still missing"), address=elsewhere)
    if any(line.permit and line.permit.mode is GrantMode.COMMITMENT for line in lines):
        yield HandedOver(Text("告知承诺书，申请人留存的一份", "Copy of the commitment"))
    slip = url_for("desk.ratings.show_slip", application_no=pair.application_no)
    yield HandedOver(Text("评价纸条", "Rating slip"), address=slip)


def _paper(permit_type: str, *, filed: bool) -> Text:
    known = catalogue().permit_types[permit_type].name
    return Text(f"{known.zh}备案凭证", f"Filing receipt: {known.en}") if filed else known
