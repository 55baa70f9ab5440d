"""Made-up public pages, one for every state a citizen's page can have, and a lookup that serves them.

The lookup stands in for the register in tests of the pages alone: it knows each page by a short run of digits.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

from flask.testing import FlaskClient
from shipped import CATALOGUE

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.stages import Holder
from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.publishing.pasted import Pasted, reduced
from licence_qr.domain.publishing.public_page import (
    FoundBy,
    PublicInspection,
    PublicItem,
    PublicLicence,
    PublicMark,
    PublicPage,
    PublicPermit,
    Verdict,
)
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MARK_NAMES, MarkKind
from licence_qr.domain.register.permit import GrantMode, PermitStatus, Suspension
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, ConflictError, LicenceQRError, NotFoundError, RegisterError, TokenError

NUMBER = "A3C5-HR4R-BV67-YR21-Z"
HYGIENE = Text("公共场所卫生许可证", "Hygiene permit")
PERMIT = PublicPermit(
    permit_type=HYGIENE,
    permit_no="渝高新卫公证字〔2025〕第00118号",
    address="重庆市九龙坡区白市驿镇凤笙路118号3-2",
    items="住宿（宾馆）",
    authority=Text("西部（重庆）科学城公共服务局", "Public Service Bureau, Science City"),
    office=Text("白市驿镇公共服务中心", "Baishiyi Town Service Centre"),
    status=PermitStatus.EFFECTIVE,
    mode=GrantMode.COMMITMENT,
    valid_from=date(2025, 1, 5),
    valid_to=date(2029, 1, 4),
    days_left=773,
    state_since=None,
    grade="A",
    graded_on=date(2025, 6, 12),
    follow_up_due=date(2025, 3, 5),
    checked_on=date(2025, 2, 20),
    scale=CATALOGUE.scale("hygiene_permit"),
)
LICENCE = PublicLicence(
    uscc="91500107M000001A9R",
    form=EntityForm.COMPANY,
    name="重庆云栖客栈有限公司",
    entity_type="有限责任公司（自然人独资）",
    principal="示例甲",
    registered_capital="伍拾万元整",
    established_on=date(2021, 3, 8),
    term_to=None,
    domicile="重庆市九龙坡区白市驿镇凤笙路118号3-2",
    business_scope="许可项目：住宿服务。一般项目：停车场服务；日用百货销售；会议及展览服务。",
    authority=Text("西部（重庆）科学城市场监督管理局", "Market Regulation Bureau, Science City"),
    issued_on=date(2025, 1, 5),
    state=LicenceState.ACTIVE,
)
IN_FORCE = PublicPage(
    verdict=Verdict.ALL_IN_FORCE,
    today=Verdict.ALL_IN_FORCE,
    found_by=FoundBy.SYMBOL,
    licence=LICENCE,
    addresses=(PERMIT.address,),
    permits=(PERMIT,),
    code_number=NUMBER,
    version=2,
    printed_on=date(2025, 1, 5),
    newest_version=2,
    newest_printed_on=date(2025, 1, 5),
    checked_at=datetime(2026, 11, 23, 8, 20, tzinfo=UTC),
    specimen=True,
)
_LONG = replace(
    LICENCE,
    name="重庆市西部科学城高新技术产业开发区白市驿镇云栖山水温泉度假酒店管理服务有限责任公司第一分公司",
    form=EntityForm.BRANCH,
    business_scope="许可项目："
    + "；".join(["住宿服务", "洗浴服务", "理发服务", "生活美容服务", "歌舞娱乐活动"] * 4)
    + "。",
    domicile="重庆市沙坪坝区西永街道西永大道示范路一段1288号附15号龙湖天街商业综合体B馆四楼L4-23、L4-25号",
)


def _attention(status: PermitStatus, **changes: object) -> PublicPage:
    since = date(2026, 10, 8)
    permit = replace(PERMIT, status=status, state_since=since, days_left=None)
    permit = replace(permit, **changes)  # type: ignore[arg-type]
    return replace(IN_FORCE, verdict=Verdict.ATTENTION, today=Verdict.ATTENTION, permits=(permit,))


def _ended(state: LicenceState) -> PublicPage:
    permit = replace(PERMIT, status=PermitStatus.CANCELLED, state_since=date(2026, 8, 1))
    licence = replace(LICENCE, state=state)
    verdict = Verdict.LICENCE_ENDED
    return replace(IN_FORCE, verdict=verdict, today=verdict, licence=licence, permits=(permit,))


_BATH = replace(PERMIT, permit_no="渝高新卫公证字〔2025〕第00119号", items="公共浴室", grade="", graded_on=None)
_SECOND = replace(_BATH, address="重庆市沙坪坝区西永街道西永大道示范路2号", checked_on=None, mode=GrantMode.GENERAL)
_OTHERS = tuple(
    replace(PERMIT, permit_type=Text(zh, en), permit_no=f"渝高新示字〔2025〕第0020{n}号", items=zh)
    for n, (zh, en) in enumerate(
        [("食品经营许可证", "Food permit"), ("特种行业许可证", "Special trade permit"), ("消防安全检查", "Fire check")]
    )
)

_POLICE = Text("重庆市公安局高新区分局", "Public Security Bureau, High-tech Zone")
_FIRE = Text("重庆高新区消防救援支队", "Fire and Rescue, High-tech Zone")
_FILED = replace(
    PERMIT,
    permit_type=Text("仅销售预包装食品备案", "Pre-packaged food filing"),
    permit_no="YB25001070000118",
    items="仅销售预包装食品",
    authority=LICENCE.authority,
    mode=GrantMode.FILING,
    valid_to=None,
    days_left=None,
    grade="",
    scale=None,
)

PAGES: dict[str, PublicPage] = {
    "in_force": IN_FORCE,
    "by_number": replace(IN_FORCE, found_by=FoundBy.NUMBER),
    "expiring": replace(
        IN_FORCE,
        permits=(replace(PERMIT, status=PermitStatus.EXPIRING_SOON, days_left=42, valid_to=date(2027, 1, 4)),),
    ),
    "unchecked": replace(IN_FORCE, permits=(replace(PERMIT, checked_on=None, grade="", graded_on=None),)),
    "licence_only": replace(
        IN_FORCE, verdict=Verdict.LICENCE_ONLY, today=Verdict.LICENCE_ONLY, permits=(), specimen=False
    ),
    "expired": _attention(PermitStatus.EXPIRED, state_since=None, valid_to=date(2026, 9, 1)),
    "suspended": _attention(PermitStatus.SUSPENDED, suspension=Suspension.CLOSED),
    "annulled": _attention(PermitStatus.ANNULLED),
    "revoked": _attention(PermitStatus.REVOKED),
    "withdrawn": _attention(PermitStatus.WITHDRAWN),
    "cancelled": _attention(PermitStatus.CANCELLED),
    "not_yet_valid": _attention(PermitStatus.NOT_YET_VALID, state_since=None),
    "pending": _attention(
        PermitStatus.PENDING,
        permit_no="",
        valid_from=None,
        valid_to=None,
        mode=GrantMode.GENERAL,
        grade="",
        graded_on=None,
        state_since=None,
        checked_on=None,
        follow_up_due=None,
    ),
    "dormant": replace(
        IN_FORCE,
        verdict=Verdict.DORMANT,
        today=Verdict.DORMANT,
        licence=replace(
            LICENCE,
            state=LicenceState.DORMANT,
            state_since=date(2026, 6, 1),
            dormant_until=date(2027, 5, 31),
        ),
    ),
    "licence_revoked": _ended(LicenceState.REVOKED_NOT_CANCELLED),
    "licence_cancelled": _ended(LicenceState.CANCELLED),
    "moved_out": _ended(LicenceState.MOVED_OUT),
    "old_print": replace(
        IN_FORCE,
        verdict=Verdict.OLD_PRINT,
        newest_version=3,
        newest_printed_on=date(2026, 5, 1),
    ),
    "two_premises": replace(IN_FORCE, addresses=(PERMIT.address, _SECOND.address), permits=(PERMIT, _SECOND)),
    "several": replace(
        IN_FORCE,
        addresses=(PERMIT.address, _SECOND.address, "重庆市九龙坡区金凤镇凤凰路9号"),
        permits=(PERMIT, _BATH, *_OTHERS),
    ),
    "deemed_renewed": replace(
        IN_FORCE,
        permits=(replace(PERMIT, valid_to=date(2026, 11, 1), days_left=None, deemed_renewed=True),),
    ),
    "closed_after_annulment": _attention(PermitStatus.CANCELLED, ended_by=PermitStatus.ANNULLED),
    "overdue_check": replace(IN_FORCE, permits=(replace(PERMIT, checked_on=None, follow_up_due=date(2026, 11, 1)),)),
    "marked": replace(
        IN_FORCE,
        verdict=Verdict.MARKED,
        today=Verdict.MARKED,
        permits=(replace(PERMIT, inspection=PublicInspection(date(2026, 9, 1), False, date(2026, 9, 30))),),
        marks=(
            PublicMark(MarkKind.ABNORMAL, MARK_NAMES[MarkKind.ABNORMAL], date(2026, 7, 1), None),
            PublicMark(MarkKind.SERIOUS, MARK_NAMES[MarkKind.SERIOUS], date(2026, 8, 1), date(2029, 7, 31)),
        ),
    ),
    "lost_print": replace(
        IN_FORCE,
        verdict=Verdict.VOID_PRINT,
        newest_version=3,
        newest_printed_on=date(2026, 5, 1),
        print_void_since=date(2026, 4, 30),
    ),
    "incomplete": replace(
        IN_FORCE,
        verdict=Verdict.INCOMPLETE,
        today=Verdict.INCOMPLETE,
        permits=(PERMIT, _FILED),
        items=(
            PublicItem(
                HYGIENE, PERMIT.authority, PERMIT.address, ItemStanding.IN_FORCE, IN_FORCE.printed_on, PERMIT.permit_no
            ),
            PublicItem(
                _FILED.permit_type,
                _FILED.authority,
                PERMIT.address,
                ItemStanding.FILED,
                IN_FORCE.printed_on,
                _FILED.permit_no,
            ),
            PublicItem(
                Text("特种行业许可证", "Special trade permit"),
                _POLICE,
                PERMIT.address,
                ItemStanding.BEING_DECIDED,
                date(2026, 11, 3),
            ),
            PublicItem(
                Text("消防安全检查", "Fire check"), _FIRE, PERMIT.address, ItemStanding.NOT_RECORDED, date(2026, 11, 3)
            ),
        ),
    ),
    "shown": replace(IN_FORCE, permits=(replace(PERMIT, mode=GrantMode.SHOWN, authority=_POLICE),)),
    "long": replace(IN_FORCE, licence=_LONG, addresses=(_LONG.domicile,)),
    "rare": replace(IN_FORCE, licence=replace(LICENCE, name="重庆𬭸䶮美容美发店", principal="㛃示例")),
    "unnamed": replace(
        IN_FORCE,
        licence=replace(
            LICENCE,
            uscc="92500107M000003A19",
            name="",
            form=EntityForm.INDIVIDUAL,
            entity_type="个体工商户",
            registered_capital="",
        ),
    ),
}

ERRORS: dict[str, LicenceQRError] = {
    "forged": TokenError("signature_mismatch"),
    "unknown": NotFoundError("code_not_in_register"),
    "differs": ConflictError("register_differs_from_signed", number=NUMBER, version=1, what="entity/name"),
    "unreachable": RegisterError("register_unreachable", path="/srv/secret/register.db"),
    "unreachable_genuine": RegisterError("register_unreachable", path="/srv/secret/register.db", genuine=True),
    "trust_list_broken": TokenError("trust_list_signature"),
    "too_many": AccessError("too_many_lookups", minutes=3),
}

STATES = [*PAGES, *ERRORS]
ADDRESS_OF = {state: f"/c/{index:03d}" for index, state in enumerate(STATES)}


class PreparedLookup:
    """Answers by the number of the state in ``STATES``."""

    def __init__(self) -> None:
        self.scanned: list[str] = []
        self.broken: set[str] = set()

    def scan(self, digits: str, now: datetime) -> PublicPage:
        self.scanned.append(digits)
        if self.broken:
            raise ERRORS["unreachable_genuine"]
        state = STATES[int(digits)] if digits.isdigit() and int(digits) < len(STATES) else "forged"
        if state in ERRORS:
            raise ERRORS[state]
        return PAGES[state]

    def scan_without_register(self, digits: str, now: datetime, error: RegisterError) -> NoReturn:
        raise RegisterError(error.code, **{**error.facts, "genuine": True})

    def stamp(self, now: datetime) -> Hashable:
        if "unreachable" in self.broken:
            raise ERRORS["unreachable"]
        return tuple(PAGES.values())

    def pasted(self, text: str) -> Pasted:
        """A typed text, on a service without a host of its own."""
        return reduced(text, ())

    def by_number(self, text: str, client: str, now: datetime) -> PublicPage:
        if parse_code_number(text).number != NUMBER:
            raise ERRORS["unknown"]
        return PAGES["by_number"]


class PreparedSessions:
    """Knows one person of each role by the token ``<role>-token``."""

    def holder(self, token: str, now: datetime, *, noting: bool = True) -> Holder | None:
        roles = {f"{role.value}-token": role for role in Role}
        if token not in roles:
            return None
        return Holder(Actor(1, "demo", "示例", "baishiyi", frozenset({roles[token]})))


def prepared_services() -> SimpleNamespace:
    """As much of the services as the public pages use; the others are None."""
    settings = SimpleNamespace(address="http://127.0.0.1:8000", host="licence.example.cn", home=Path("."))
    settings.metrics_token_file = settings.metrics_folder = None
    prepared = {
        "settings": settings,
        "demonstration": True,
        "web_secret": b"only for tests",
        "lookup": PreparedLookup(),
        "sessions": PreparedSessions(),
        "sign_in": None,
        "second_factors": None,
        "factor_sign_in": None,
        "own_password": None,
        "identity_sign_in": None,
        "people": None,
        "absences": None,
        "reset_requests": None,
        "role_grants": None,
        "own_numbers": None,
        "identity_bindings": None,
        "staff_sessions": None,
        "calendar_feeds": None,
        "trail": None,
        "work_list": None,
        "signatures": None,
        "promises": None,
        "assignments": None,
        "tellings": None,
        "bars": None,
        "officers": None,
        "procedures": None,
        "counter_items": None,
        "parties": None,
        "shown_certificates": None,
    }
    return SimpleNamespace(**(dict.fromkeys(field.name for field in fields(Services)) | prepared))


def read(client: FlaskClient, state: str, lang: str = "zh") -> str:
    """The page of ``state`` as text."""
    return client.get(f"{ADDRESS_OF[state]}?lang={lang}").get_data(as_text=True)
