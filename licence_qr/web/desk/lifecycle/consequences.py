"""What an act does, said before the button is pressed: to the licence or permit, to the code, to the public page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licence_qr.domain.lifecycle.acts import Act, Effect, Rule, SubjectKind
from licence_qr.domain.text import Text


@dataclass(frozen=True, slots=True)
class Consequences:
    """Three sentences: what becomes of the licence or permit, of the code, of the public page."""

    subject: Text
    code: Text
    page: Text


_L, _P = SubjectKind.LICENCE, SubjectKind.PERMIT
_SAME_PAGE = Text("公众页面不变。", "The public page stays as it is.")

_SUBJECT_AND_PAGE: Mapping[tuple[SubjectKind, Act], tuple[Text, Text]] = {
    (_L, Act.CHANGE): (
        Text(
            "执照换成新的事项。名称或负责人变更时，仍有效的许可一并换成新名称，许可证号和到期日不变。",
            "The licence says the new facts. With a new name or principal the permits in force are re-issued in it;"
            " their numbers and last days stay.",
        ),
        Text("公众页面马上显示新的事项。", "The public page shows the new facts at once."),
    ),
    (_L, Act.ADD_PREMISES): (
        Text("执照增加一处经营场所；那里的许可另行申请。", "One more premises; a permit there is applied for separately."),
        Text("公众页面增列这处场所。", "The public page lists the premises too."),
    ),
    (_L, Act.CLOSE_PREMISES): (
        Text("这处场所停用，它的许可一并注销，不能恢复。", "The premises is closed and its permits are cancelled for good."),
        Text("公众页面不再列出这处场所，它的许可显示“已注销”。",
             "The public page no longer lists the premises; its permits show as cancelled."),
    ),
    (_L, Act.REPRINT): (
        Text("事项、编号和日期都不变。", "Facts, numbers and dates stay as they are."),
        Text("扫描旧照牌会显示“这是旧版照牌”，并列出今天的真实情况。",
             "Scanning the old print says that it is out of date, and shows what is true today."),
    ),
    (_L, Act.DORMANT): (
        Text("执照转为歇业，许可不变。", "The licence goes dormant; its permits stay."),
        Text("公众页面显示“正在歇业”。", "The public page says that the business is dormant."),
    ),
    (_L, Act.RESUME): (
        Text("执照恢复存续。", "The licence is active again."),
        Text("公众页面不再显示“正在歇业”。", "The public page no longer says dormant."),
    ),
    (_L, Act.MOVE_OUT): (
        Text("执照在本登记机关终止，全部许可一并注销，不能恢复。",
             "The licence ends with this authority and all its permits are cancelled for good."),
        Text("公众页面显示“执照已失效（已迁出）”。", "The public page says that the licence is no longer valid: moved out."),
    ),
    (_L, Act.MARK): (
        Text("执照和许可的状态不变。", "Licence and permits stay in their states."),
        Text("公众页面在期限内显示这一标记和日期。", "The public page shows the mark and its dates while it stands."),
    ),
    (_L, Act.LIFT_MARK): (
        Text("执照和许可的状态不变。", "Licence and permits stay in their states."),
        Text("公众页面从移出之日起不再显示这一标记。", "The public page drops the mark from that day."),
    ),
    (_L, Act.CANCEL): (
        Text("执照注销，全部许可一并注销，不能恢复。", "The licence is cancelled and all its permits with it, for good."),
        Text("公众页面显示“执照已失效（已注销）”。", "The public page says that the licence is no longer valid: cancelled."),
    ),
    (_P, Act.GRANT): (
        Text("许可生效，取得许可证号和有效期。", "The permit is in force, with its number and period."),
        Text("公众页面由“受理中”改为“有效”。", "The public page turns from applied for to in force."),
    ),
    (_P, Act.REFUSE): (
        Text("申请到此结束；以后可以重新申请。", "The application ends here; it may be made anew."),
        Text("公众页面不再列出这一申请。", "The public page no longer lists the application."),
    ),
    (_P, Act.CHANGE): (
        Text("许可证换成新的门牌地址，许可证号和到期日不变。", "The permit bears the new address; all else stays."),
        Text("公众页面马上显示新的地址。", "The public page shows the new address at once."),
    ),
    (_P, Act.APPLY_RENEWAL): (
        Text("记下申请日期。到期 30 日以前申请而到期前未作决定的，视为准予延续。",
             "The day of the application is kept. Applied for 30 days before the end and not decided by then, it counts as"
             " renewed."),
        _SAME_PAGE,
    ),
    (_P, Act.RENEW): (
        Text("新的期限从原到期日的次日起算，许可证号不变。", "The new term begins the day after the old end."),
        Text("公众页面显示新的到期日。", "The public page shows the new last day."),
    ),
    (_P, Act.REFUSE_RENEWAL): (
        Text("许可到期日不变，到期后失效。", "The permit ends on its last day as printed."),
        _SAME_PAGE,
    ),
    (_P, Act.REVIEW): (
        Text("记下复核日期，状态和期限不变。", "The day of the review is kept; state and period stay."),
        _SAME_PAGE,
    ),
    (_P, Act.GRADE): (
        Text("卫生等级改变，许可的状态不变。", "The hygiene grade changes; the permit's state stays."),
        Text("公众页面显示新的等级和评定日期。", "The public page shows the grade and its day."),
    ),
    (_P, Act.CANCEL): (
        Text("许可注销，不能恢复；执照不受影响。", "The permit is cancelled for good; the licence is untouched."),
        Text("公众页面显示这一许可“已注销”。", "The public page shows the permit as cancelled."),
    ),
}  # fmt: skip

# How the day from which an act holds is called, where it has a name of its own.
DAY_LABEL: Mapping[Act, Text] = {
    Act.APPLY_RENEWAL: Text("申请日期", "Applied for on"),
    Act.REVIEW: Text("复核日期", "Reviewed on"),
    Act.GRADE: Text("评定日期", "Graded on"),
    Act.MARK: Text("列入日期", "Marked on"),
    Act.LIFT_MARK: Text("移出日期", "Lifted on"),
    Act.DORMANT: Text("歇业起始日", "Dormant from"),
    Act.CLOSE_PREMISES: Text("停用日期", "Closed on"),
}
EFFECTIVE_ON = Text("生效日期", "Holds from")


def consequences(rule: Rule, version: int) -> Consequences:
    """What the act of ``rule`` does, ``version`` being the print that hangs on the wall now."""
    subject, page = _SUBJECT_AND_PAGE[rule.kind, rule.act]
    return Consequences(subject, _code(rule.effect, version), page)


def _code(effect: Effect, version: int) -> Text:
    match effect:
        case Effect.NEXT_VERSION:
            return Text(
                f"签发第 {version + 1} 版，要换一张新照牌；第 {version} 版从此显示“旧版”，仍能查到真实情况。",
                f"Version {version + 1} is signed and a new card is to be handed over; version {version} says from then on"
                " that it is out of date, and still leads to what is true.",
            )
        case Effect.STATUS:
            return Text(
                "照牌不换；离线核验的状态名单马上改变。",
                "No new card; the status list for offline checks turns now.",
            )
        case _:
            return Text("二维码和照牌不变。", "Code and card stay as they are.")


def has_words(rule: Rule) -> bool:
    """Whether the act has a form here; the others are done elsewhere (inspections) or by the calendar."""
    return (rule.kind, rule.act) in _SUBJECT_AND_PAGE
