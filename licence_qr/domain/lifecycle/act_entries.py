"""Every act as one entry: where it is allowed, what follows, who does it, what is said of it. Nothing else lists acts.

What an act writes stands in ``services/lifecycle``, what its form asks in ``web/desk/lifecycle``; see "A new act" in
docs/trade/life-cycle.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

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
from licence_qr.domain.text import Text


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


@dataclass(frozen=True, slots=True)
class Rule:
    """The entry of an act. Where what follows depends on the state, there is one for each outcome.

    ``sources`` are values of LicenceState, or of PermitStatus as ``source_of`` gives them; ``target`` None: the state stays.
    ``basis`` is the legal basis to start a form from; what the office writes into its decision counts. ``four_eyes``: one
    proposes (``roles``), a decider decides, and ``brief`` is the act's name in the list of proposals. ``told`` None: it has
    no form of its own, because an inspection or the calendar does it. ``day`` is what its day is called; an act that is
    void ``from_start`` asks for none. ``needs_reason``: never done without a word why. ``gives``: somebody may do more
    than before, so it is not done for a holder whose licence has ended. ``by_type``: only permits of a type that names it
    know it, and the type says the legal basis. ``anew``: printed again though nothing that is signed has changed.
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
    upon: Upon | None = None
    fits: Callable[[Permit, date], bool] = always


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


_SAME_STATES = Text("执照和许可的状态不变。", "Licence and permits stay in their states.")
_SAME_PAGE = Text("公众页面不变。", "The public page stays as it is.")
_TURNS = Text(
    "照牌不换；每一版照牌在状态名单里的这一项马上变为“失效”；离线核验更新名单后显示该许可已失效。",
    "No new print. The entry in the status list turns to invalid at once for every print, offline checks with it.",
)
_ALL_TURN = Text(
    "照牌不换；每一版照牌和全部许可在状态名单里马上变为“失效”。",
    "No new print. Every print and all permits turn to invalid in the status list at once.",
)
_ANNUL, _REVOKE = Text("撤销", "Annul"), Text("吊销", "Revoke")

_CANCEL_LICENCE = Rule(
    _L, Act.CANCEL, _TRADING, LicenceState.CANCELLED, Text("注销登记", "Cancel the registration"), Effect.STATUS,
    _article(_REGISTRATION, 31),
    Told(Text("执照注销，全部许可一并注销，不能恢复。", "The licence is cancelled and all its permits with it, for good."),
         Text("公众页面显示“执照已失效（已注销）”。",
              "The public page says that the licence is no longer valid: cancelled.")),
    needs_reason=True,
)  # fmt: skip

_OF_LICENCE = (
    Rule(_L, Act.CHANGE, _TRADING, None, Text("变更登记", "Change of registration"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("执照换成新的事项。名称或负责人变更时，仍有效的许可一并换成新名称，许可证号和到期日不变。",
                   "The licence says the new facts. With a new name or principal the permits in force are re-issued in it;"
                   " their numbers and last days stay."),
              Text("公众页面马上显示新的事项。", "The public page shows the new facts at once."))),
    Rule(_L, Act.ADD_PREMISES, _ACTIVE, None, Text("增设经营场所", "Add premises"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("执照增加一处经营场所；那里的许可另行申请。",
                   "One more premises; a permit there is applied for separately."),
              Text("公众页面增列这处场所。", "The public page lists the premises too."))),
    Rule(_L, Act.CLOSE_PREMISES, _TRADING, None, Text("撤并经营场所", "Close premises"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 24),
         Told(Text("这处场所停用，它的许可一并注销，不能恢复。",
                   "The premises is closed and its permits are cancelled for good."),
              Text("公众页面不再列出这处场所，它的许可显示“已注销”。",
                   "The public page no longer lists the premises; its permits show as cancelled.")),
         day=Text("停用日期", "Closed on"), upon=Upon.PREMISES_TO_SPARE),
    Rule(_L, Act.REPRINT, _TRADING, None, Text("补发、换发照牌", "Print again"), Effect.NEXT_VERSION,
         _article(_REGISTRATION, 37),
         Told(Text("事项、编号和日期都不变。", "Facts, numbers and dates stay as they are."),
              Text("扫描旧照牌会显示“这是旧版照牌”，并列出今天的真实情况。",
                   "Scanning the old print says that it is out of date, and shows what is true today.")), anew=True),
    Rule(_L, Act.DORMANT, _ACTIVE, LicenceState.DORMANT, Text("歇业备案", "Go dormant"), Effect.PAGE,
         _article(_REGISTRATION, 30),
         Told(Text("执照转为歇业，许可不变。", "The licence goes dormant; its permits stay."),
              Text("公众页面显示“正在歇业”。", "The public page says that the business is dormant.")),
         day=Text("歇业起始日", "Dormant from")),
    Rule(_L, Act.RESUME, _RESTING, LicenceState.ACTIVE, Text("恢复营业", "Resume business"), Effect.PAGE,
         _article(_REGISTRATION, 30),
         Told(Text("执照恢复存续。", "The licence is active again."),
              Text("公众页面不再显示“正在歇业”。", "The public page no longer says dormant."))),
    Rule(_L, Act.MOVE_OUT, _TRADING, LicenceState.MOVED_OUT, Text("迁出", "Move out"), Effect.STATUS,
         _article(_REGISTRATION, 27),
         Told(Text("执照在本登记机关终止，全部许可一并注销，不能恢复。",
                   "The licence ends with this authority and all its permits are cancelled for good."),
              Text("公众页面显示“执照已失效（已迁出）”。",
                   "The public page says that the licence is no longer valid: moved out."))),
    Rule(_L, Act.MARK, _TRADING | _REVOKED, None, Text("列入名录或标记", "Set a mark"), Effect.PAGE, _DISCLOSURE,
         Told(_SAME_STATES, Text("公众页面在期限内显示这一标记和日期。",
                                 "The public page shows the mark and its dates while it stands.")),
         day=Text("列入日期", "Marked on"), needs_reason=True),
    Rule(_L, Act.LIFT_MARK, _sources(*LicenceState), None, Text("移出名录或取消标记", "Lift a mark"), Effect.PAGE,
         _DISCLOSURE,
         Told(_SAME_STATES, Text("公众页面从移出之日起不再显示这一标记。", "The public page drops the mark from that day.")),
         day=Text("移出日期", "Lifted on"), upon=Upon.STANDING_MARK),
    Rule(_L, Act.ANNUL, _TRADING, LicenceState.ANNULLED, Text("撤销登记", "Annul the registration"), Effect.STATUS,
         _article(_REGISTRATION, 40),
         Told(Text("登记视为自始无效，名下全部许可一并终止，不能恢复。",
                   "The registration is void from the start and all its permits end with it, for good."),
              Text("公众页面显示“执照已失效（已撤销）”。",
                   "The public page says that the licence is no longer valid: annulled."), _ALL_TURN),
         four_eyes=True, brief=_ANNUL, from_start=True, needs_reason=True),
    Rule(_L, Act.REVOKE, _TRADING, LicenceState.REVOKED_NOT_CANCELLED, Text("吊销营业执照", "Revoke the licence"),
         Effect.STATUS, _article(_REGISTRATION, 44),
         Told(Text("执照自生效之日起吊销，名下全部许可一并终止；之后还要办理注销。",
                   "The licence is revoked from the day named and all its permits end with it; cancelling it comes"
                   " afterwards."),
              Text("公众页面显示“执照已失效（吊销，未注销）”。",
                   "The public page says that the licence is no longer valid: revoked."), _ALL_TURN),
         four_eyes=True, brief=_REVOKE, needs_reason=True),
    _CANCEL_LICENCE,
    replace(_CANCEL_LICENCE, sources=_REVOKED, target=LicenceState.REVOKED_CANCELLED),
)  # fmt: skip

_OF_PERMIT = (
    Rule(_P, Act.GRANT, _PENDING, PermitState.EFFECTIVE, Text("准予许可", "Grant"), Effect.NEXT_VERSION,
         _article(_LICENSING, 38),
         Told(Text("许可生效，取得许可证号和有效期。", "The permit is in force, with its number and period."),
              Text("公众页面由“受理中”改为“有效”。", "The public page turns from applied for to in force.")), gives=True),
    Rule(_P, Act.REFUSE, _PENDING, PermitState.REFUSED, Text("不予许可", "Refuse"), Effect.NONE, _article(_LICENSING, 38),
         Told(Text("申请到此结束；以后可以重新申请。", "The application ends here; it may be made anew."),
              Text("公众页面不再列出这一申请。", "The public page no longer lists the application.")), needs_reason=True),
    Rule(_P, Act.CHANGE, _STANDING, None, Text("许可变更", "Change of the permit"), Effect.NEXT_VERSION,
         _article(_LICENSING, 49),
         Told(Text("许可证换成新的门牌地址，许可证号和到期日不变。", "The permit bears the new address; all else stays."),
              Text("公众页面马上显示新的地址。", "The public page shows the new address at once.")), gives=True),
    Rule(_P, Act.APPLY_RENEWAL, _STANDING, None, Text("申请延续", "Apply for renewal"), Effect.NONE,
         _article(_LICENSING, 50),
         Told(Text("记下申请日期。到期 30 日以前申请而到期前未作决定的，视为准予延续。",
                   "The day of the application is kept. Applied for 30 days before the end and not decided by then, it "
                   "counts as renewed."), _SAME_PAGE),
         day=Text("申请日期", "Applied for on"), gives=True, fits=renewal_open),
    Rule(_P, Act.RENEW, _STANDING, None, Text("准予延续", "Renew"), Effect.NEXT_VERSION, _article(_LICENSING, 50),
         Told(Text("新的期限从原到期日的次日起算，许可证号不变。", "The new term begins the day after the old end."),
              Text("公众页面显示新的到期日。", "The public page shows the new last day.")), gives=True, fits=renewal_waits),
    Rule(_P, Act.REFUSE_RENEWAL, _STANDING, None, Text("不予延续", "Refuse the renewal"), Effect.NONE,
         _article(_LICENSING, 50),
         Told(Text("许可到期日不变，到期后失效。", "The permit ends on its last day as printed."), _SAME_PAGE),
         needs_reason=True, fits=renewal_waits),
    Rule(_P, Act.DEEM_RENEWED, _STANDING, None, Text("视为准予延续", "Deemed renewed"), Effect.NEXT_VERSION,
         _article(_LICENSING, 50), roles=NOBODY),
    Rule(_P, Act.REVIEW, _STANDING, None, Text("复核", "Review"), Effect.PAGE, _article(_LICENSING, 61),
         Told(Text("记下复核日期，状态和期限不变。", "The day of the review is kept; state and period stay."), _SAME_PAGE),
         OFFICERS, day=Text("复核日期", "Reviewed on"), by_type=True),
    Rule(_P, Act.CHECK, _STANDING, None, Text("核查", "Check"), Effect.PAGE, _article(_LICENSING, 61), roles=OFFICERS),
    Rule(_P, Act.GRADE, _STANDING, None, Text("量化分级评定", "Grade"), Effect.PAGE, _article(_LICENSING, 61),
         Told(Text("卫生等级改变，许可的状态不变。", "The hygiene grade changes; the permit's state stays."),
              Text("公众页面显示新的等级和评定日期。", "The public page shows the grade and its day.")),
         OFFICERS, day=Text("评定日期", "Graded on"), by_type=True),
    Rule(_P, Act.SUSPEND, _IN_FORCE, PermitState.SUSPENDED, Text("暂扣许可、停业整顿", "Suspend"), Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可暂停，期间不得经营许可项目；有效期不延长，可以恢复。",
                   "The permit rests and may not be used; its last day stays, and it can be reinstated."),
              Text("公众页面显示“停业整顿”和起始日期。", "The public page says suspended, and since when."),
              Text("照牌不换；状态名单里的这一项马上变为“暂停”。",
                   "No new print; its entry in the status list turns to suspended at once.")),
         OFFICERS, four_eyes=True, brief=Text("停业整顿、暂扣", "Suspend"), needs_reason=True),
    Rule(_P, Act.REINSTATE, _SUSPENDED, PermitState.EFFECTIVE, Text("恢复许可", "Reinstate"), Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可恢复有效，编号和有效期不变。", "The permit is in force again; its number and period stay."),
              Text("公众页面恢复显示“有效”。", "The public page says in force again."),
              Text("照牌不换；状态名单里的这一项马上恢复为“有效”。",
                   "No new print; its entry in the status list turns back to valid at once.")),
         OFFICERS, four_eyes=True, brief=Text("恢复", "Reinstate"), gives=True),
    Rule(_P, Act.ANNUL, _ONCE_GRANTED, PermitState.ANNULLED, Text("撤销许可", "Annul"), Effect.STATUS,
         _article(_LICENSING, 69),
         Told(Text("许可视为自始无效，不能恢复；之后还要办理注销。执照不受影响。",
                   "The permit is void from the start, for good; cancelling it comes afterwards. The licence stays."),
              Text("公众页面显示“已撤销”和决定日期。", "The public page says annulled, and when it was decided."), _TURNS),
         OFFICERS, four_eyes=True, brief=_ANNUL, from_start=True, needs_reason=True),
    Rule(_P, Act.REVOKE, _STANDING, PermitState.REVOKED, Text("吊销许可", "Revoke"), Effect.STATUS,
         _article(_PENALTIES, 9),
         Told(Text("许可自生效之日起吊销，不能恢复；之后还要办理注销。执照不受影响。",
                   "The permit is revoked from the day named, for good; cancelling it comes afterwards. The licence stays."),
              Text("公众页面显示“已吊销”和日期。", "The public page says revoked, and since when."), _TURNS),
         OFFICERS, four_eyes=True, brief=_REVOKE, needs_reason=True),
    Rule(_P, Act.WITHDRAW, _STANDING, PermitState.WITHDRAWN, Text("撤回许可", "Withdraw"), Effect.STATUS,
         _article(_LICENSING, 8),
         Told(Text("许可自生效之日起撤回，不能恢复；造成的损失依法补偿。执照不受影响。",
                   "The permit is withdrawn from the day named, for good; losses are compensated by law. The licence"
                   " stays."),
              Text("公众页面显示“已撤回”和日期。", "The public page says withdrawn, and since when."), _TURNS),
         OFFICERS, four_eyes=True, brief=Text("撤回", "Withdraw"), needs_reason=True),
    Rule(_P, Act.CANCEL, _OPEN, PermitState.CANCELLED, Text("注销许可", "Cancel"), Effect.STATUS,
         _article(_LICENSING, 70),
         Told(Text("许可注销，不能恢复；执照不受影响。", "The permit is cancelled for good; the licence is untouched."),
              Text("公众页面显示这一许可“已注销”。", "The public page shows the permit as cancelled.")), needs_reason=True),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_OF_LICENCE, *_OF_PERMIT)
