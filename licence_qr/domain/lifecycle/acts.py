"""The life of a licence and of its permits as a state machine: which act is allowed in which state, and what follows.

The table ``RULES`` is data; nothing else decides what may be done. Whether the values and the dates of an act are right is
asked elsewhere (``life_changes``, ``life_dates``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import PermitState, PermitStatus
from licence_qr.domain.roles import Role
from licence_qr.domain.text import Text
from licence_qr.errors import InputError, RuleError

_PERMIT_SUBJECT = re.compile(r"permit/([1-9][0-9]{0,17})")


class SubjectKind(StrEnum):
    """What an act is done to."""

    LICENCE = "licence"
    PERMIT = "permit"


@dataclass(frozen=True, slots=True)
class Subject:
    """The licence of a business, or one of its permits by its key in the register."""

    uscc: str
    permit_id: int | None = None

    @property
    def kind(self) -> SubjectKind:
        """Which of the two it is."""
        return SubjectKind.LICENCE if self.permit_id is None else SubjectKind.PERMIT

    @property
    def text(self) -> str:
        """``licence`` or ``permit/17``: the subject of events in the history, and of addresses."""
        return "licence" if self.permit_id is None else f"permit/{self.permit_id}"

    @classmethod
    def parse(cls, uscc: str, text: str) -> Subject:
        """The inverse of ``text``. Raises InputError ``life_subject_unknown``."""
        if text == "licence":
            return cls(uscc)
        found = _PERMIT_SUBJECT.fullmatch(text)
        if found is None:
            raise InputError("life_subject_unknown", field="subject")
        return cls(uscc, int(found[1]))


class Act(StrEnum):
    """What an office does. Some are done to the licence, some to a permit, some to either."""

    CHANGE = "change"  # 变更
    ADD_PREMISES = "add_premises"  # 增设经营场所
    CLOSE_PREMISES = "close_premises"  # 撤并经营场所
    REPRINT = "reprint"  # 补发、换发
    DORMANT = "dormant"  # 歇业
    RESUME = "resume"  # 恢复营业
    MOVE_OUT = "move_out"  # 迁出
    MARK = "mark"  # 列入名录、标记
    LIFT_MARK = "lift_mark"  # 移出名录、取消标记
    GRANT = "grant"  # 准予许可
    REFUSE = "refuse"  # 不予许可
    APPLY_RENEWAL = "apply_renewal"  # 申请延续
    RENEW = "renew"  # 准予延续
    REFUSE_RENEWAL = "refuse_renewal"  # 不予延续
    DEEM_RENEWED = "deem_renewed"  # 视为准予延续
    REVIEW = "review"  # 复核
    CHECK = "check"  # 核查
    GRADE = "grade"  # 量化分级
    SUSPEND = "suspend"  # 暂扣、停业整顿
    REINSTATE = "reinstate"  # 恢复
    ANNUL = "annul"  # 撤销
    REVOKE = "revoke"  # 吊销
    WITHDRAW = "withdraw"  # 撤回
    CANCEL = "cancel"  # 注销


class Effect(StrEnum):
    """What an act does to the code on the wall."""

    NEXT_VERSION = "next_version"  # a signed fact changes: a new version, the older print is superseded
    STATUS = "status"  # the entry in the status list turns; no new print
    PAGE = "page"  # only what the public page says
    NONE = "none"  # nothing that the public sees


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. ``target`` None: the state stays. ``four_eyes``: one proposes (``roles``), a decider decides.

    ``sources`` are values of LicenceState, or of PermitStatus as ``source_of`` gives them. ``basis`` is the legal basis to
    start a form from; what the office writes into its decision counts.
    """

    kind: SubjectKind
    act: Act
    sources: frozenset[str]
    target: LicenceState | PermitState | None
    four_eyes: bool
    name: Text
    roles: frozenset[Role]
    effect: Effect
    basis: Text


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something is done: ``reason`` is internal. ``effective_on`` None: the day on which it is done."""

    reason: str = ""
    legal_basis: str = ""
    document_no: str = ""
    effective_on: date | None = None


CLERK = frozenset({Role.CLERK})
OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
NOBODY: frozenset[Role] = frozenset()  # the calendar does it


def _sources(states: tuple[StrEnum, ...]) -> frozenset[str]:
    return frozenset(state.value for state in states)


_TRADING = (LicenceState.ACTIVE, LicenceState.DORMANT)
_ANY_LICENCE = tuple(LicenceState)
_PENDING, _IN_FORCE = (PermitStatus.PENDING,), (PermitStatus.EFFECTIVE,)
_STANDING = (PermitStatus.EFFECTIVE, PermitStatus.SUSPENDED)
_ONCE_GRANTED = (*_STANDING, PermitStatus.EXPIRED)
_OPEN = (*_ONCE_GRANTED, PermitStatus.ANNULLED, PermitStatus.REVOKED, PermitStatus.WITHDRAWN)

_REGISTRATION = Text("《市场主体登记管理条例》", "Regulation on the Registration of Market Entities")
_LICENSING = Text("《行政许可法》", "Administrative Licensing Law")
_HYGIENE = Text("《公共场所卫生管理条例实施细则》", "Implementation Rules on Hygiene in Public Places")
_DISCLOSURE = Text("《企业信息公示暂行条例》", "Interim Regulation on Enterprise Information Disclosure")
_PENALTIES = Text("《行政处罚法》", "Administrative Penalties Law")


def _article(law: Text, article: int) -> Text:
    return Text(f"{law.zh}第{article}条", f"{law.en}, article {article}")


def _licence(
    act: Act,
    name: Text,
    sources: tuple[StrEnum, ...],
    target: LicenceState | None,
    effect: Effect,
    basis: Text,
    *,
    four_eyes: bool = False,
) -> Rule:
    return Rule(SubjectKind.LICENCE, act, _sources(sources), target, four_eyes, name, CLERK, effect, basis)


def _permit(
    act: Act,
    name: Text,
    sources: tuple[StrEnum, ...],
    target: PermitState | None,
    effect: Effect,
    basis: Text,
    *,
    four_eyes: bool = False,
    roles: frozenset[Role] = CLERK,
) -> Rule:
    return Rule(
        SubjectKind.PERMIT,
        act,
        _sources(sources),
        target,
        four_eyes,
        name,
        OFFICERS if four_eyes else roles,
        effect,
        basis,
    )


_OF_LICENCE = (
    _licence(Act.CHANGE, Text("变更登记", "Change of registration"), _TRADING, None, Effect.NEXT_VERSION,
             _article(_REGISTRATION, 24)),
    _licence(Act.ADD_PREMISES, Text("增设经营场所", "Add premises"), _TRADING[:1], None, Effect.NEXT_VERSION,
             _article(_REGISTRATION, 24)),
    _licence(Act.CLOSE_PREMISES, Text("撤并经营场所", "Close premises"), _TRADING, None, Effect.NEXT_VERSION,
             _article(_REGISTRATION, 24)),
    _licence(Act.REPRINT, Text("补发、换发照牌", "Print again"), _TRADING, None, Effect.NEXT_VERSION,
             _article(_REGISTRATION, 37)),
    _licence(Act.DORMANT, Text("歇业备案", "Go dormant"), _TRADING[:1], LicenceState.DORMANT, Effect.PAGE,
             _article(_REGISTRATION, 30)),
    _licence(Act.RESUME, Text("恢复营业", "Resume business"), _TRADING[1:], LicenceState.ACTIVE, Effect.PAGE,
             _article(_REGISTRATION, 30)),
    _licence(Act.MOVE_OUT, Text("迁出", "Move out"), _TRADING, LicenceState.MOVED_OUT, Effect.STATUS,
             _article(_REGISTRATION, 27)),
    _licence(Act.MARK, Text("列入名录或标记", "Set a mark"), (*_TRADING, LicenceState.REVOKED_NOT_CANCELLED), None,
             Effect.PAGE, _DISCLOSURE),
    _licence(Act.LIFT_MARK, Text("移出名录或取消标记", "Lift a mark"), _ANY_LICENCE, None, Effect.PAGE,
             _DISCLOSURE),
    _licence(Act.ANNUL, Text("撤销登记", "Annul the registration"), _TRADING, LicenceState.ANNULLED, Effect.STATUS,
             _article(_REGISTRATION, 40), four_eyes=True),
    _licence(Act.REVOKE, Text("吊销营业执照", "Revoke the licence"), _TRADING, LicenceState.REVOKED_NOT_CANCELLED,
             Effect.STATUS, _article(_REGISTRATION, 44), four_eyes=True),
    _licence(Act.CANCEL, Text("注销登记", "Cancel the registration"), _TRADING, LicenceState.CANCELLED, Effect.STATUS,
             _article(_REGISTRATION, 31)),
    _licence(Act.CANCEL, Text("注销登记", "Cancel the registration"), (LicenceState.REVOKED_NOT_CANCELLED,),
             LicenceState.REVOKED_CANCELLED, Effect.STATUS, _article(_REGISTRATION, 31)),
)  # fmt: skip

_OF_PERMIT = (
    _permit(Act.GRANT, Text("准予许可", "Grant"), _PENDING, PermitState.EFFECTIVE, Effect.NEXT_VERSION,
            _article(_LICENSING, 38)),
    _permit(Act.REFUSE, Text("不予许可", "Refuse"), _PENDING, PermitState.REFUSED, Effect.NONE, _article(_LICENSING, 38)),
    _permit(Act.CHANGE, Text("许可变更", "Change of the permit"), _STANDING, None, Effect.NEXT_VERSION,
            _article(_LICENSING, 49)),
    _permit(Act.APPLY_RENEWAL, Text("申请延续", "Apply for renewal"), _STANDING, None, Effect.NONE,
            _article(_LICENSING, 50)),
    _permit(Act.RENEW, Text("准予延续", "Renew"), _STANDING, None, Effect.NEXT_VERSION, _article(_LICENSING, 50)),
    _permit(Act.REFUSE_RENEWAL, Text("不予延续", "Refuse the renewal"), _STANDING, None, Effect.NONE,
            _article(_LICENSING, 50)),
    _permit(Act.DEEM_RENEWED, Text("视为准予延续", "Deemed renewed"), _STANDING, None, Effect.NEXT_VERSION,
            _article(_LICENSING, 50), roles=NOBODY),
    _permit(Act.REVIEW, Text("复核", "Review"), _STANDING, None, Effect.PAGE, _HYGIENE, roles=OFFICERS),
    _permit(Act.CHECK, Text("核查", "Check"), _STANDING, None, Effect.PAGE, _article(_LICENSING, 61), roles=OFFICERS),
    _permit(Act.GRADE, Text("量化分级评定", "Grade"), _STANDING, None, Effect.PAGE, _HYGIENE, roles=OFFICERS),
    _permit(Act.SUSPEND, Text("暂扣许可、停业整顿", "Suspend"), _IN_FORCE, PermitState.SUSPENDED, Effect.STATUS,
            _article(_PENALTIES, 9), four_eyes=True),
    _permit(Act.REINSTATE, Text("恢复许可", "Reinstate"), _STANDING[1:], PermitState.EFFECTIVE, Effect.STATUS,
            _article(_PENALTIES, 9), four_eyes=True),
    _permit(Act.ANNUL, Text("撤销许可", "Annul"), _ONCE_GRANTED, PermitState.ANNULLED, Effect.STATUS,
            _article(_LICENSING, 69), four_eyes=True),
    _permit(Act.REVOKE, Text("吊销许可", "Revoke"), _STANDING, PermitState.REVOKED, Effect.STATUS,
            _article(_PENALTIES, 9), four_eyes=True),
    _permit(Act.WITHDRAW, Text("撤回许可", "Withdraw"), _STANDING, PermitState.WITHDRAWN, Effect.STATUS,
            _article(_LICENSING, 8), four_eyes=True),
    _permit(Act.CANCEL, Text("注销许可", "Cancel"), _OPEN, PermitState.CANCELLED, Effect.STATUS, _article(_LICENSING, 70)),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_OF_LICENCE, *_OF_PERMIT)

STATE_NAMES: dict[tuple[SubjectKind, str], Text] = {
    (SubjectKind.LICENCE, LicenceState.ACTIVE): Text("存续", "active"),
    (SubjectKind.LICENCE, LicenceState.DORMANT): Text("歇业", "dormant"),
    (SubjectKind.LICENCE, LicenceState.REVOKED_NOT_CANCELLED): Text("吊销，未注销", "revoked, not yet cancelled"),
    (SubjectKind.LICENCE, LicenceState.REVOKED_CANCELLED): Text("吊销，已注销", "revoked and cancelled"),
    (SubjectKind.LICENCE, LicenceState.CANCELLED): Text("已注销", "cancelled"),
    (SubjectKind.LICENCE, LicenceState.ANNULLED): Text("已撤销", "annulled"),
    (SubjectKind.LICENCE, LicenceState.MOVED_OUT): Text("已迁出", "moved out"),
    (SubjectKind.PERMIT, PermitStatus.PENDING): Text("受理中", "applied for"),
    (SubjectKind.PERMIT, PermitStatus.REFUSED): Text("不予许可", "refused"),
    (SubjectKind.PERMIT, PermitStatus.EFFECTIVE): Text("有效", "in force"),
    (SubjectKind.PERMIT, PermitStatus.EXPIRED): Text("已过期", "expired"),
    (SubjectKind.PERMIT, PermitStatus.SUSPENDED): Text("暂扣或停业整顿", "suspended"),
    (SubjectKind.PERMIT, PermitStatus.ANNULLED): Text("已撤销", "annulled"),
    (SubjectKind.PERMIT, PermitStatus.REVOKED): Text("已吊销", "revoked"),
    (SubjectKind.PERMIT, PermitStatus.WITHDRAWN): Text("已撤回", "withdrawn"),
    (SubjectKind.PERMIT, PermitStatus.CANCELLED): Text("已注销", "cancelled"),
}


def source_of(kind: SubjectKind, state: str) -> str:
    """The state as the table names it: a permit that expires soon, or is not yet valid, is one that is effective.

    Takes values of LicenceState, PermitState and PermitStatus. Only PermitStatus knows of expiry, so hand in the status of
    the day (``status_on``) where there is one.
    """
    if kind is SubjectKind.PERMIT and state in {PermitStatus.EXPIRING_SOON, PermitStatus.NOT_YET_VALID}:
        return PermitStatus.EFFECTIVE.value
    return str(state)


def rule(kind: SubjectKind, act: Act) -> Rule:
    """The rule of an act, the first where the target depends on the state. Raises RuleError ``act_unknown_here``."""
    found = next((r for r in RULES if (r.kind, r.act) == (kind, act)), None)
    if found is None:
        raise RuleError("act_unknown_here", act=act.value, kind=kind.value)
    return found


def allowed(kind: SubjectKind, state: str) -> tuple[Rule, ...]:
    """What may be done in a state (see ``source_of``), in the order of the table."""
    source = source_of(kind, state)
    return tuple(r for r in RULES if r.kind is kind and source in r.sources)


def check(kind: SubjectKind, act: Act, state: str) -> Rule:
    """The rule of ``act`` in ``state``. Raises RuleError ``act_not_allowed``, which names the acts that are allowed."""
    open_now = allowed(kind, state)
    found = next((r for r in open_now if r.act is act), None)
    if found is not None:
        return found
    asked, named = rule(kind, act), STATE_NAMES[kind, source_of(kind, state)]
    offered = [r for r in open_now if r.roles]
    raise RuleError(
        "act_not_allowed",
        act_zh=asked.name.zh,
        act_en=asked.name.en,
        state_zh=named.zh,
        state_en=named.en,
        allowed_zh="、".join(r.name.zh for r in offered) or "无",
        allowed_en="; ".join(r.name.en for r in offered) or "nothing",
        act=act.value,
        state=source_of(kind, state),
        allowed=tuple(r.act.value for r in offered),
    )
