"""Any heap of rows of both exports, for hypothesis: few codes, names and numbers, so that rows have much to do with each
other, and some that cannot be read."""

from __future__ import annotations

from department_texts import FIRST, SECOND, THIRD, health, market
from hypothesis import strategies as st

from licence_qr.domain.importing.conflicts import Place, SourceRow

CODES = st.sampled_from([FIRST, SECOND, THIRD, FIRST.lower(), "", "91500107M000001A9A"])
NAMES = st.sampled_from(["演示店", "演示 店", "别的店", "", "店" * 79, "=1+1"])
PRINCIPALS = st.sampled_from(["陈样", "林样"])
DAYS = st.sampled_from(["2020-01-01", "2022年5月1日", "44682", "20260430", "", "昨天"])


def licences() -> st.SearchStrategy[SourceRow]:
    cells = {"uscc": CODES, "name": NAMES, "principal": PRINCIPALS, "issued_on": DAYS}
    states = st.sampled_from(["存续", "注销"])
    return st.builds(market, **cells, state=states)


def permits() -> st.SearchStrategy[SourceRow]:
    return st.builds(
        health,
        permit_no=st.sampled_from(
            ["渝高新卫公证字〔2022〕第00001号", "渝高新卫公证字(2022)第00001号", "甲1", "甲2", "甲3", "甲4"]
        ),
        uscc=CODES,
        name=NAMES,
        principal=PRINCIPALS,
        items=st.sampled_from(["宾馆", "公园", "足浴、理发店", "飞船"]),
        valid_to=DAYS,
    )


def numbered(rows: list[SourceRow]) -> list[SourceRow]:
    return [
        SourceRow(Place(row.place.source, row.place.sheet, number), row.file, row.cells)
        for number, row in enumerate(rows, start=2)
    ]


HEAPS = st.lists(st.one_of(licences(), permits()), max_size=14).map(numbered)
