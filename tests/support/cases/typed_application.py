"""An application as typed that can be issued, and what reading it gives."""

from __future__ import annotations

from datetime import date

import pytest
from shipped import CATALOGUE

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.issuing.form import parse_application
from licence_qr.errors import InputError, InvalidApplication
from licence_qr.wording import explain

TODAY = date(2026, 11, 23)
NOTICE = CATALOGUE.notice("hygiene_permit", TODAY)
assert NOTICE is not None

HOTEL = {
    "trade": "hotel",
    "kinds": "hotel",
    "area_m2": "1200",
    "answer_serves_food": "yes",
    "answer_has_pool": "no",
    "entity_form": "company",
    "uscc": "91500107M000001A9R",
    "name": "重庆演示酒店管理有限公司",
    "entity_type": "有限责任公司",
    "principal": "演示甲",
    "registered_capital": "壹佰万元整",
    "established_on": "2021-09-12",
    "term_to": "",
    "domicile": "重庆市九龙坡区金凤镇演示路1号",
    "business_scope": "住宿服务；餐饮服务",
    "premises_address": "重庆市九龙坡区金凤镇演示路1号",
    "premises_region": "500107104",
    "permitted_items": "住宿（宾馆）",
    "contact_phone": "138 0000-0000",
    "mode": "commitment",
    "notice_id": NOTICE.id,
    "notice_version": NOTICE.version,
    "notice_sha256": NOTICE.sha256,
    "signer": "演示甲",
    "signed_on": "2026-11-23",
}
CAFE = {**HOTEL, "trade": "catering", "kinds": "coffee_house", "mode": "", "answer_public_assembly": "no"}


def parse(
    fields: dict[str, str], *, demonstration: bool = False, catalogue: Catalogue = CATALOGUE, office: str = "jinfeng"
) -> Application:
    return parse_application(fields, catalogue, office, TODAY, demonstration)


def problems(fields: dict[str, str], **options: object) -> list[InputError]:
    with pytest.raises(InvalidApplication) as caught:
        parse(fields, **options)  # type: ignore[arg-type]
    for problem in caught.value.problems:
        assert all(explain(problem, language).todo for language in ("zh", "en"))
    return list(caught.value.problems)


def refusals(fields: dict[str, str], **options: object) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems(fields, **options)]


def changed(**fields: str) -> dict[str, str]:
    return {**HOTEL, **fields}
