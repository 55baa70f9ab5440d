"""Which permits a card claims, and from what it takes its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.publishing.public_page import FoundBy, PublicLicence, PublicPage, PublicPermit, Verdict
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.printing.card import CardContent, card_for

PERMIT = PublicPermit(
    permit_type=Text("公共场所卫生许可证", "Public place hygiene permit"),
    permit_no="渝高新卫公证字〔2023〕第00118号",
    address="金凤镇凤鸣路 6 号",
    items="住宿（宾馆）",
    authority=Text("公共服务局", "Public Service Bureau"),
    office=Text("白市驿镇公共服务中心", "Baishiyi service centre"),
    status=PermitStatus.EFFECTIVE,
    mode=GrantMode.COMMITMENT,
    valid_from=date(2023, 1, 5),
    valid_to=date(2027, 1, 4),
    days_left=42,
    state_since=None,
    grade="",
    graded_on=None,
    follow_up_due=None,
    checked_on=None,
)
PAGE = PublicPage(
    verdict=Verdict.OLD_PRINT,
    today=Verdict.ALL_IN_FORCE,
    found_by=FoundBy.SYMBOL,
    licence=PublicLicence(
        uscc="91500107M000001A9R",
        form=EntityForm.COMPANY,
        name="重庆云栖客栈有限公司",
        entity_type="有限责任公司",
        principal="张三",
        registered_capital="100万元",
        established_on=date(2022, 6, 1),
        term_to=None,
        domicile="重庆市九龙坡区白市驿镇凤笙路 118 号",
        business_scope="住宿服务",
        authority=Text("市场监督管理局", "Market Regulation Bureau"),
        issued_on=date(2023, 1, 5),
        state=LicenceState.ACTIVE,
    ),
    addresses=("金凤镇凤鸣路 6 号",),
    permits=(PERMIT,),
    code_number="7K3M-Q2WD-9XAB-4TCE-H",
    version=1,
    printed_on=date(2023, 1, 5),
    newest_version=2,
    newest_printed_on=date(2026, 11, 23),
    checked_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    specimen=True,
)


def card_of(page: PublicPage, card: CardContent) -> CardContent:
    return card_for(page, "ym.example.gov.cn", card.symbol)


@pytest.mark.parametrize("status", list(PermitStatus))
def test_a_card_claims_a_permit_only_while_it_is_granted_and_not_ended(status: PermitStatus, card: CardContent) -> None:
    claimed = {PermitStatus.EFFECTIVE, PermitStatus.EXPIRING_SOON, PermitStatus.NOT_YET_VALID, PermitStatus.SUSPENDED}
    page = replace(PAGE, permits=(replace(PERMIT, status=status),))
    assert bool(card_of(page, card).permits) is (status in claimed)


def test_a_card_is_always_of_the_newest_version(card: CardContent) -> None:
    made = card_of(PAGE, card)
    assert (made.version, made.printed_on) == (2, date(2026, 11, 23))
    assert made.specimen


def test_a_permit_names_its_premises_only_where_the_business_has_several(card: CardContent) -> None:
    assert card_of(PAGE, card).permits[0].address == ""
    two = replace(PAGE, addresses=(*PAGE.addresses, "白市驿镇凤笙路 118 号"))
    assert card_of(two, card).permits[0].address == PERMIT.address


def test_a_business_without_a_name_is_headed_by_its_operator(card: CardContent) -> None:
    unnamed = replace(PAGE, licence=replace(PAGE.licence, name=""))
    assert card_of(unnamed, card).headline == "经营者：张三"
    assert card_of(PAGE, card).headline == "重庆云栖客栈有限公司"
