"""Rows of the departments' exports, and the files that they stand in: for benches, and for the tests of the import."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import TextIO


def licence(**cells: str) -> dict[str, str]:
    """A licence in order, by column key."""
    return {
        "uscc": "91500107M000001A9R",
        "name": "重庆演示酒店管理有限公司",
        "entity_type": "有限责任公司",
        "principal": "陈样",
        "established_on": "2019-03-01",
        "address": "重庆市九龙坡区金凤镇演示路1号",
        "business_scope": "住宿服务",
        "authority": "重庆市市场监督管理局高新区分局",
        "issued_on": "2021-06-01",
        "state": "存续",
        "phone": "13800000000",
        **cells,
    }


def permit(**cells: str) -> dict[str, str]:
    """The permit of that business, in order, by column key."""
    of_the_licence = {name: licence()[name] for name in ("uscc", "name", "principal", "address")}
    return of_the_licence | {
        "permit_no": "渝高新卫公证字〔2022〕第00901号",
        "items": "宾馆",
        "authority": "重庆高新区公共服务局",
        "issued_on": "2022-05-01",
        "valid_from": "2022-05-01",
        "valid_to": "2026-04-30",
        "state": "有效",
        "grade": "B",
        "office": "金凤镇",
        **cells,
    }


def write_csv(file: TextIO, columns: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows by column key as CSV with Chinese headings; ``file`` was opened with ``newline=""``."""
    writer = csv.writer(file)
    writer.writerow(columns.values())
    writer.writerows([row.get(key, "") for key in columns] for row in rows)
