"""Rows of both exports that are in order, to be broken one cell at a time."""

from __future__ import annotations

from bench.exports import licence, permit
from licence_qr.domain.importing.conflicts import Place, Source, SourceRow

FIRST, SECOND, THIRD = "91500107M000001A9R", "91500106M000002A5L", "92500107M000003A19"

_MARKET = licence(
    uscc=FIRST,
    entity_type="有限责任公司（自然人独资）",
    registered_capital="伍拾万元整",
    term_from="2019-03-01",
    term_to="",
    state="存续（在营、开业、在册）",
)
_HEALTH = permit(uscc=FIRST, permit_no="渝高新卫公证字〔2022〕第00001号", note="")


def market(number: int = 2, **cells: str) -> SourceRow:
    """A licence row."""
    return SourceRow(Place(Source.MARKET, "", number), "market.csv", {**_MARKET, **cells})


def health(number: int = 2, **cells: str) -> SourceRow:
    """A permit row."""
    return SourceRow(Place(Source.HEALTH, "台账", number), "health.xlsx", {**_HEALTH, **cells})
