"""The holder: a registered business and the content of its business licence (营业执照)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EntityForm(StrEnum):
    """Forms of business entity; the form decides which fields the licence prints and what the principal is called."""

    COMPANY = "company"  # 公司
    INDIVIDUAL = "individual"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    PARTNERSHIP = "partnership"  # 合伙企业
    SOLE_PROPRIETORSHIP = "sole_proprietorship"  # 个人独资企业
    BRANCH = "branch"  # 分支机构


class LicenceState(StrEnum):
    """Registration states of a licence (登记状态)."""

    ACTIVE = "active"  # 存续
    DORMANT = "dormant"  # 歇业
    REVOKED_NOT_CANCELLED = "revoked_not_cancelled"  # 吊销未注销
    REVOKED_CANCELLED = "revoked_cancelled"  # 吊销已注销
    CANCELLED = "cancelled"  # 注销
    ANNULLED = "annulled"  # 撤销
    MOVED_OUT = "moved_out"  # 迁出

    @property
    def ended(self) -> bool:
        """Whether the business may no longer trade under this licence."""
        return self not in {LicenceState.ACTIVE, LicenceState.DORMANT}


@dataclass(frozen=True, slots=True)
class Entity:
    """What a business licence says about its holder. All of it is public by law (企业信息公示暂行条例).

    ``name`` may be empty for an individual business without one; ``term_to`` None means no fixed term (长期);
    ``issued_on`` is the day of this print of the licence, not of the establishment.
    """

    uscc: str
    form: EntityForm
    name: str
    entity_type: str
    principal: str
    established_on: date
    issued_on: date
    domicile: str
    business_scope: str
    registration_authority: str
    registered_capital: str = ""
    term_to: date | None = None

    @property
    def holder_name(self) -> str:
        """The name on permits: the registered name, or that of the operator for a business without one."""
        return self.name or self.principal


@dataclass(frozen=True, slots=True)
class Premises:
    """One place of business. ``premises_no`` counts from 1 within the entity; ``region`` is a 9-digit code or empty.

    Closed premises keep their number and entry; a business that returns to the address gets new ones.
    """

    premises_no: int
    address: str
    region: str = ""
    area_m2: int | None = None
    closed_on: date | None = None

    @property
    def open(self) -> bool:
        """Whether the premises are not closed."""
        return self.closed_on is None
