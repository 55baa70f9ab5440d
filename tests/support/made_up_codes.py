"""Made-up keys, records and codes for the tests of this room. Nothing here belongs to a real business or office."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.claims import Claims, PermitClaim, TemplateNumber, encode_claims
from licence_qr.credential.cose import CODE_AAD, SoftKey, sign
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.domain.catalogue.model import Catalogue, NumberTemplate, PermitType, Text
from licence_qr.domain.dates import Period
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.register.entity import Entity, EntityForm, Premises
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState
from licence_qr.domain.register.record import CombinedRecord

HOST = "code.demo.example"
ORIGIN = f"https://{HOST}"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
USCC = "91500107M000001A9R"
HYGIENE_PATTERN = "示卫公证字〔{year}〕第{serial:05d}号"


def fixed_key(kid: bytes = b"\x00\x01", secret: int = 0x1234567890ABCDEF) -> SoftKey:
    """A throw-away key that is the same in every run: its secret is written here for all to see."""
    return SoftKey(kid, ec.derive_private_key(secret, ec.SECP256R1()))


def trusted(key: SoftKey, **changes: object) -> TrustedKey:
    facts: dict[str, object] = {
        "kid": key.kid,
        "public_key": key.private_key.public_key(),
        "purpose": KeyPurpose.LICENCE,
        "not_before": date(2026, 1, 1),
        "sign_until": date(2027, 12, 31),
        "verify_until": date(2037, 12, 31),
        "state": KeyState.ACTIVE,
    }
    return TrustedKey(**(facts | changes))  # type: ignore[arg-type]


def trust_list(*keys: TrustedKey, hosts: tuple[str, ...] = (HOST,)) -> TrustList:
    return TrustList(7, NOW, hosts, keys or (trusted(fixed_key()),))


def claims(**changes: object) -> Claims:
    hygiene = PermitClaim(2, TemplateNumber(1, 2026, 12), TODAY, date(2030, 11, 22))
    facts: dict[str, object] = {
        "code_id": CodeId(bytes(range(10))),
        "version": 1,
        "issued_on": TODAY,
        "uscc": USCC,
        "name": "虚构市样本宾馆有限公司",
        "digest": bytes(range(16)),
        "status_index": 4096,
        "permits": (hygiene,),
        "permit_count": 1,
    }
    return Claims(**(facts | changes))  # type: ignore[arg-type]


def token(key: SoftKey | None = None, aad: bytes = CODE_AAD, **changes: object) -> bytes:
    return sign(encode_claims(claims(**changes)), key or fixed_key(), aad)


def permit(
    serial: int = 12, *, permit_no: str = "", state: PermitState = PermitState.EFFECTIVE, **changes: object
) -> Permit:
    facts: dict[str, object] = {
        "permit_type": "hygiene_permit",
        "permit_no": permit_no or HYGIENE_PATTERN.format(year=2026, serial=serial),
        "premises_no": 1,
        "kinds": ("hotel",),
        "items": "宾馆",
        "issuing_authority": "demo_health",
        "handling_office": "demo_town",
        "issued_on": TODAY,
        "period": Period.of_months(TODAY, 48),
        "mode": GrantMode.COMMITMENT,
        "state": state,
    }
    return Permit(**(facts | changes))  # type: ignore[arg-type]


def record(name: str = "虚构市样本宾馆有限公司", permits: tuple[Permit, ...] | None = None) -> CombinedRecord:
    entity = Entity(
        uscc=USCC,
        form=EntityForm.COMPANY,
        name=name,
        entity_type="有限责任公司",
        principal="样本甲",
        established_on=date(2020, 5, 6),
        issued_on=TODAY,
        domicile="虚构市样本路 1 号",
        business_scope="住宿服务",
        registration_authority="demo_market",
    )
    return CombinedRecord(entity, (Premises(1, "虚构市样本路 1 号"),), (permit(),) if permits is None else permits)


def catalogue() -> Catalogue:
    empty = Text("", "")
    return Catalogue(
        authorities={},
        offices={},
        delegations=(),
        permit_types={
            "business_licence": PermitType(
                "business_licence", 1, Text("营业执照", "Business licence"), "m", None, empty
            ),
            "hygiene_permit": PermitType("hygiene_permit", 2, Text("卫生许可证", "Hygiene permit"), "h", 48, empty),
        },
        number_templates=(NumberTemplate(1, "hygiene_permit", "demo_health", HYGIENE_PATTERN),),
        kinds={},
        trades={},
        notices=(),
    )
