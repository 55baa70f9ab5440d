"""Rows of both exports that are in order, to be broken one cell at a time."""

from __future__ import annotations

from licence_qr.domain.importing.conflicts import Place, Source, SourceRow

FIRST, SECOND, THIRD = "91500107M000001A9R", "91500106M000002A5L", "92500107M000003A19"

_MARKET = {
    "uscc": FIRST,
    "name": "重庆演示酒店管理有限公司",
    "entity_type": "有限责任公司（自然人独资）",
    "principal": "陈样",
    "registered_capital": "伍拾万元整",
    "established_on": "2019-03-01",
    "term_from": "2019-03-01",
    "term_to": "",
    "address": "重庆市九龙坡区金凤镇演示路1号",
    "business_scope": "住宿服务",
    "authority": "重庆市市场监督管理局高新区分局",
    "issued_on": "2021-06-01",
    "state": "存续（在营、开业、在册）",
    "phone": "13800000000",
}
_HEALTH = {
    "permit_no": "渝高新卫公证字〔2022〕第00001号",
    "name": "重庆演示酒店管理有限公司",
    "uscc": FIRST,
    "principal": "陈样",
    "address": "重庆市九龙坡区金凤镇演示路1号",
    "items": "宾馆",
    "authority": "重庆高新区公共服务局",
    "issued_on": "2022-05-01",
    "valid_from": "2022-05-01",
    "valid_to": "2026-04-30",
    "state": "有效",
    "grade": "B",
    "note": "",
    "office": "金凤镇",
}


def market(number: int = 2, **cells: str) -> SourceRow:
    """A licence row."""
    return SourceRow(Place(Source.MARKET, "", number), "market.csv", {**_MARKET, **cells})


def health(number: int = 2, **cells: str) -> SourceRow:
    """A permit row."""
    return SourceRow(Place(Source.HEALTH, "台账", number), "health.xlsx", {**_HEALTH, **cells})
