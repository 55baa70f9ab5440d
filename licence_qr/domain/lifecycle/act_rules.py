"""Every act as one entry: when it is allowed, what follows, who does it, its wording. Acts are listed nowhere else.

``services/lifecycle`` has what an act writes, ``web/desk/lifecycle`` what its form asks; CONTRIBUTING.md has the recipe
for a new act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.grading import GradingScale, scale_name
from licence_qr.domain.lifecycle.act_parts import (
    CLERK,
    EFFECTIVE_ON,
    NOBODY,
    OFFICERS,
    Effect,
    Told,
    Upon,
    always,
    renewal_open,
    renewal_waits,
)
from licence_qr.domain.lifecycle.subject import SubjectKind
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import Permit, PermitState, PermitStatus
from licence_qr.domain.roles import Role
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class Act(StrEnum):
    """An act of an office: on a licence, a permit, or either."""

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


@dataclass(frozen=True, slots=True)
class Rule:
    """The entry of an act. An act whose outcome depends on the state has one entry per outcome.

    ``sources`` are values of LicenceState, or of PermitStatus as ``source_of`` gives them; ``target`` None: the state
    does not change. ``basis`` is the legal basis that the form suggests; the one in the decision counts. ``four_eyes``:
    one person proposes (``roles``) and a decider decides; ``brief`` is the name of the act in the list of proposals.
    ``told`` None: it has no form, because an inspection or the calendar does it. ``day`` is the label of its date; an
    act with effect ``from_start`` asks for none. ``needs_reason``: a reason is required. ``gives``: it extends what the
    holder may do, so it is refused once the licence has ended. ``by_type``: only for permits whose type names it, with
    the legal basis given there. ``anew``: printed again although no signed fact has changed.
    ``final``: it cannot be undone, and its button looks different from those of acts that can.
    """

    kind: SubjectKind
    act: Act
    sources: frozenset[str]
    target: LicenceState | PermitState | None
    name: Text
    effect: Effect
    basis: Text
    told: Told | None = None
    roles: frozenset[Role] = CLERK
    four_eyes: bool = False
    brief: Text | None = None
    day: Text = EFFECTIVE_ON
    from_start: bool = False
    needs_reason: bool = False
    gives: bool = False
    by_type: bool = False
    anew: bool = False
    final: bool = False
    upon: Upon | None = None
    fits: Callable[[Permit, date], bool] = always

    @property
    def needs_room(self) -> bool:
        """Whether it is refused where its new print would not be whole. What ends something waits for no print."""
        return self.effect is Effect.NEXT_VERSION and not self.final


def _sources(*states: StrEnum) -> frozenset[str]:
    return frozenset(state.value for state in states)


_L, _P = SubjectKind.LICENCE, SubjectKind.PERMIT
_ACTIVE, _RESTING = _sources(LicenceState.ACTIVE), _sources(LicenceState.DORMANT)
_TRADING, _REVOKED = _ACTIVE | _RESTING, _sources(LicenceState.REVOKED_NOT_CANCELLED)
_PENDING, _IN_FORCE = _sources(PermitStatus.PENDING), _sources(PermitStatus.EFFECTIVE)
_SUSPENDED = _sources(PermitStatus.SUSPENDED)
_STANDING = _IN_FORCE | _SUSPENDED
_ONCE_GRANTED = _STANDING | _sources(PermitStatus.EXPIRED)
_OPEN = _ONCE_GRANTED | _sources(PermitStatus.ANNULLED, PermitStatus.REVOKED, PermitStatus.WITHDRAWN)

_REGISTRATION = Text("《市场主体登记管理条例》", "Regulation on the Registration of Market Entities")
_LICENSING = Text("《行政许可法》", "Administrative Licensing Law")
_DISCLOSURE = Text("《企业信息公示暂行条例》", "Interim Regulation on Enterprise Information Disclosure")
_PENALTIES = Text("《行政处罚法》", "Administrative Penalties Law")


def _article(law: Text, article: int) -> Text:
    return Text(f"{law.zh}第{article}条", f"{law.en}, article {article}")


_SAME_STATES = Text("执照和许可的状态不变。", "The status of the licence and permits does not change.")
_SAME_PAGE = Text("公众页面不变。", "The public page does not change.")
_TURNS = Text(
    "亮证牌不换；每一版亮证牌在状态名单里的这一项立即变为“失效”；离线核验更新名单后显示该许可已失效。",
    "The card does not need replacing. Its entry in the status list changes to “invalid” immediately for every"
    " card version; offline checks show this once they have updated the list.",
)
_ALL_TURN = Text(
    "亮证牌不换；每一版亮证牌和全部许可在状态名单里立即变为“失效”。",
    "The card does not need replacing. Every card version and all permits change to “invalid” in the status"
    " list immediately.",
)
_ANNUL, _REVOKE = Text("撤销", "Annul"), Text("吊销", "Revoke")


def grading_by(scale: GradingScale | None) -> Rule:
    """The entry of ``Act.GRADE`` in the words of a permit type's scale; None for no type in particular."""
    name = scale_name(scale)
    return Rule(
        _P, Act.GRADE, _STANDING, None, Text(f"{name.zh}评定", f"Set the {name.en}"),
        Effect.PAGE, _article(_LICENSING, 61),
        Told(Text(f"{name.zh}改变，许可的状态不变。", f"The {name.en} changes. The status of the permit does not."),
             Text("公众页面显示新的等级和评定日期。", "The public page shows the new grade and its date.")),
        OFFICERS, day=term("field.graded_on"), by_type=True,
    )  # fmt: skip


_CANCEL_LICENCE = Rule(
    _L, Act.CANCEL, _TRADING, LicenceState.CANCELLED, Text("注销登记", "Cancel the registration"), Effect.STATUS,
    _article(_REGISTRATION, 31),
    Told(Text("执照注销，全部许可一并注销，不能恢复。",
              "The licence and all its permits are cancelled. This cannot be undone."),
         Text("公众页面显示“执照已失效（已注销）”。",
              "The public page shows that the licence is no longer valid (cancelled).")),
    needs_reason=True, final=True,
)  # fmt: skip

_OF_LICENCE = (
    Rule(_L, Act.CHANGE, _TRADING, None, Text("变更登记", "Change the registration"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("执照换成新的事项。名称或负责人变更时，仍有效的许可一并换成新名称，许可证号和到期日不变。",
                   "The licence shows the new details. If the name or person in charge changes, valid permits are reissued;"
                   " permit numbers and expiry dates do not change."),
              Text("公众页面立即显示新的事项。", "The public page shows the new details immediately."))),
    Rule(_L, Act.ADD_PREMISES, _ACTIVE, None, Text("增设经营场所", "Add premises"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("执照增加一处经营场所；那里的许可另行申请。",
                   "The premises are added to the licence. Apply separately for a permit there."),
              Text("公众页面增列这处场所。", "The public page also lists these premises."))),
    Rule(_L, Act.CLOSE_PREMISES, _TRADING, None, Text("撤并经营场所", "Close premises"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("这处场所停用，它的许可一并注销，不能恢复。",
                   "The premises are closed and their permits cancelled. This cannot be undone."),
              Text("公众页面不再列出这处场所，它的许可显示“已注销”。",
                   "The public page no longer lists these premises. Their permits show as cancelled.")),
         day=term("field.closing_date"), upon=Upon.PREMISES_TO_SPARE, final=True),
    Rule(_L, Act.REPRINT, _TRADING, None, Text("补发、换发亮证牌", "Replace the display card"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 37),
         Told(Text("事项、编号和日期都不变。", "Details, numbers and dates do not change."),
              Text("扫描旧亮证牌会显示“这是旧版亮证牌”，并列出今天的真实情况。",
                   "Scanning the old card shows that it is out of date and gives the current position.")), anew=True),
    Rule(_L, Act.DORMANT, _ACTIVE, LicenceState.DORMANT, Text("歇业备案", "Register dormancy"), Effect.STATUS,
         _article(_REGISTRATION, 30),
         Told(Text("执照转为歇业，许可不变。", "The licence becomes dormant. Permits do not change."),
              Text("公众页面显示“正在歇业”。", "The public page shows that the business is dormant.")),
         day=Text("歇业起始日", "Dormant from")),
    Rule(_L, Act.RESUME, _RESTING, LicenceState.ACTIVE, Text("恢复营业", "Resume business"), Effect.STATUS,
         _article(_REGISTRATION, 30),
         Told(Text("执照恢复存续。", "The licence becomes active again."),
              Text("公众页面不再显示“正在歇业”。", "The public page no longer shows the business as dormant."))),
    Rule(_L, Act.MOVE_OUT, _TRADING, LicenceState.MOVED_OUT, Text("迁出", "Move to another authority"), Effect.STATUS,
         _article(_REGISTRATION, 27),
         Told(Text("执照在本登记机关终止，全部许可一并注销，不能恢复。",
                   "The licence ends with this authority and all its permits are cancelled. This cannot be undone."),
              Text("公众页面显示“执照已失效（已迁出）”。",
                   "The public page shows that the licence is no longer valid (moved to another authority).")), final=True),
    Rule(_L, Act.MARK, _TRADING | _REVOKED, None, Text("列入名录或加注标记", "List or mark"), Effect.PAGE, _DISCLOSURE,
         Told(_SAME_STATES, Text("公众页面在期限内显示这一标记和日期。",
                                 "The public page shows this entry and its dates for as long as it applies.")),
         day=Text("列入日期", "Listed on"), needs_reason=True),
    Rule(_L, Act.LIFT_MARK, _sources(*LicenceState), None, Text("移出名录或取消标记", "Delist or remove mark"), Effect.PAGE,
         _DISCLOSURE,
         Told(_SAME_STATES, Text("公众页面从移出之日起不再显示这一标记。",
                                 "The public page no longer shows this entry from the date of removal.")),
         day=term("field.removed_on"), upon=Upon.STANDING_MARK),
    Rule(_L, Act.ANNUL, _TRADING, LicenceState.ANNULLED, Text("撤销登记", "Annul the registration"), Effect.STATUS,
         _article(_REGISTRATION, 40),
         Told(Text("登记视为自始无效，名下全部许可一并终止，不能恢复。",
                   "The registration is void from the start and all permits end with it. This cannot be undone."),
              Text("公众页面显示“执照已失效（已撤销）”。",
                   "The public page shows that the licence is no longer valid (annulled)."), _ALL_TURN),
         four_eyes=True, brief=_ANNUL, from_start=True, needs_reason=True, final=True),
    Rule(_L, Act.REVOKE, _TRADING, LicenceState.REVOKED_NOT_CANCELLED, Text("吊销营业执照", "Revoke the licence"),
         Effect.STATUS, _article(_REGISTRATION, 44),
         Told(Text("执照自生效之日起吊销，名下全部许可一并终止，不能恢复；之后还要办理注销。",
                   "The licence is revoked from the effective date and all its permits end with it. This cannot be"
                   " undone. It still has to be cancelled afterwards."),
              Text("公众页面显示“执照已失效（吊销，未注销）”。",
                   "The public page shows that the licence is no longer valid (revoked, not yet cancelled)."), _ALL_TURN),
         four_eyes=True, brief=_REVOKE, needs_reason=True, final=True),
    _CANCEL_LICENCE,
    replace(_CANCEL_LICENCE, sources=_REVOKED, target=LicenceState.REVOKED_CANCELLED),
)  # fmt: skip

_OF_PERMIT = (
    Rule(_P, Act.GRANT, _PENDING, PermitState.EFFECTIVE, Text("准予许可", "Grant the permit"), Effect.NEXT_VERSION,
         _article(_LICENSING, 38),
         Told(Text("许可生效，取得许可证号和有效期。",
                   "The permit comes into force with a permit number and validity period."),
              Text("公众页面由“受理中”改为“有效”。",
                   "The public page changes from “applied for” to “in force”.")), gives=True),
    Rule(_P, Act.REFUSE, _PENDING, PermitState.REFUSED, Text("不予许可", "Refuse the permit"),
         Effect.NONE, _article(_LICENSING, 38),
         Told(Text("申请到此结束；以后可以重新申请。", "The application ends here. The business can apply again later."),
              Text("公众页面不再列出这一申请。", "The public page no longer shows this application.")), needs_reason=True),
    Rule(_P, Act.CHANGE, _STANDING, None, Text("许可变更", "Change the permit"), Effect.NEXT_VERSION,
         _article(_LICENSING, 49),
         Told(Text("许可证换成新的门牌地址，许可证号和到期日不变。",
                   "The permit shows the new address. The permit number and expiry date do not change."),
              Text("公众页面立即显示新的地址。", "The public page shows the new address immediately.")), gives=True),
    Rule(_P, Act.APPLY_RENEWAL, _STANDING, None, Text("申请延续", "Apply for renewal"), Effect.NONE,
         _article(_LICENSING, 50),
         Told(Text("记下申请日期。到期 30 日以前申请而到期前未作决定的，视为准予延续。",
                   "The date of the application is recorded. If it is made at least 30 days before expiry and not decided "
                   "by then, the permit is deemed renewed."), _SAME_PAGE),
         day=Text("申请日期", "Applied for on"), gives=True, fits=renewal_open),
    Rule(_P, Act.RENEW, _STANDING, None, Text("准予延续", "Grant the renewal"),
         Effect.NEXT_VERSION, _article(_LICENSING, 50),
         Told(Text("新的期限从原到期日的次日起算，许可证号不变。",
                   "The new period starts the day after the current expiry date. The permit number does not change."),
              Text("公众页面显示新的到期日。",
                   "The public page shows the new expiry date.")), gives=True, fits=renewal_waits),
    Rule(_P, Act.REFUSE_RENEWAL, _STANDING, None, Text("不予延续", "Refuse the renewal"), Effect.NONE,
         _article(_LICENSING, 50),
         Told(Text("许可到期日不变，到期后失效。",
                   "The expiry date does not change. The permit ends on that date."), _SAME_PAGE),
         needs_reason=True, fits=renewal_waits),
    Rule(_P, Act.DEEM_RENEWED, _STANDING, None, Text("视为准予延续", "Deemed renewed"), Effect.NEXT_VERSION,
         _article(_LICENSING, 50), roles=NOBODY),
    Rule(_P, Act.REVIEW, _STANDING, None, term("record.review"), Effect.PAGE, _article(_LICENSING, 61),
         Told(Text("记下复核日期，状态和期限不变。",
                   "The review date is recorded. Status and validity period do not change."), _SAME_PAGE),
         OFFICERS, day=term("field.review_date"), by_type=True),
    Rule(_P, Act.CHECK, _STANDING, None, Text("现场核查登记", "Record an on-site inspection"),
         Effect.PAGE, _article(_LICENSING, 61), roles=OFFICERS),
    grading_by(None),
    Rule(_P, Act.SUSPEND, _IN_FORCE, PermitState.SUSPENDED, term("act.suspend_the_permit"),
         Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可暂停，期间不得经营许可项目；有效期不延长，可以恢复。",
                   "The permit is suspended and may not be used. Its expiry date is unchanged. It can be reinstated."),
              Text("公众页面显示是暂扣许可证还是停业整顿，以及起始日期。",
                   "The public page shows whether the permit is withheld or the place closed, and since when."),
              Text("亮证牌不换；状态名单里的这一项立即变为“暂停”。",
                   "The card does not need replacing. The entry in the status list changes to “suspended” immediately.")),
         OFFICERS, four_eyes=True, brief=term("act.suspend_the_permit"), needs_reason=True),
    Rule(_P, Act.REINSTATE, _SUSPENDED, PermitState.EFFECTIVE, Text("恢复许可", "Reinstate the permit"), Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可恢复有效，编号和有效期不变。",
                   "The permit is in force again. Its number and validity period do not change."),
              Text("公众页面恢复显示“有效”。", "The public page shows the permit as in force again."),
              Text("亮证牌不换；状态名单里的这一项立即恢复为“有效”。",
                   "The card does not need replacing. The entry in the status list changes back to “valid” immediately.")),
         OFFICERS, four_eyes=True, brief=Text("恢复", "Reinstate"), gives=True),
    Rule(_P, Act.ANNUL, _ONCE_GRANTED, PermitState.ANNULLED, Text("撤销许可", "Annul the permit"), Effect.STATUS,
         _article(_LICENSING, 69),
         Told(Text("许可视为自始无效，不能恢复；之后还要办理注销。执照不受影响。",
                   "The permit is void from the start. This cannot be undone. It still has to be cancelled"
                   " afterwards. The licence is not affected."),
              Text("公众页面显示“已撤销”和决定日期。",
                   "The public page shows the permit as annulled, and the date of the decision."), _TURNS),
         OFFICERS, four_eyes=True, brief=_ANNUL, from_start=True, needs_reason=True, final=True),
    Rule(_P, Act.REVOKE, _STANDING, PermitState.REVOKED, Text("吊销许可", "Revoke the permit"), Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可自生效之日起吊销，不能恢复；之后还要办理注销。执照不受影响。",
                   "The permit is revoked from the effective date. This cannot be undone. It still has to be"
                   " cancelled afterwards. The licence is not affected."),
              Text("公众页面显示“已吊销”和日期。", "The public page shows the permit as revoked, and since when."), _TURNS),
         OFFICERS, four_eyes=True, brief=_REVOKE, needs_reason=True, final=True),
    Rule(_P, Act.WITHDRAW, _STANDING, PermitState.WITHDRAWN, Text("撤回许可", "Withdraw the permit"), Effect.STATUS,
         _article(_LICENSING, 8),
         Told(Text("许可自生效之日起撤回，不能恢复；造成的损失依法补偿。执照不受影响。",
                   "The permit is withdrawn from the effective date. This cannot be undone. Losses are compensated by law."
                   " The licence is not affected."),
              Text("公众页面显示“已撤回”和日期。",
                   "The public page shows the permit as withdrawn, and since when."), _TURNS),
         OFFICERS, four_eyes=True, brief=Text("撤回", "Withdraw"), needs_reason=True, final=True),
    Rule(_P, Act.CANCEL, _OPEN, PermitState.CANCELLED, Text("注销许可", "Cancel the permit"), Effect.STATUS,
         _article(_LICENSING, 70),
         Told(Text("许可注销，不能恢复；执照不受影响。",
                   "The permit is cancelled. This cannot be undone. The licence is not affected."),
              Text("公众页面显示这一许可“已注销”。", "The public page shows this permit as cancelled.")), needs_reason=True,
         final=True),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_OF_LICENCE, *_OF_PERMIT)
