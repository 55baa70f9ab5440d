"""One inspection (监督检查) as recorded on site, and what the register may flag about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.catalogue.checklists import ChecklistAnswer
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class InspectionPurpose(StrEnum):
    """The purpose of a visit."""

    ROUTINE = "routine"  # 日常监督
    FOLLOW_UP = "follow_up"  # 告知承诺核查
    RECHECK = "recheck"  # 整改复查
    DRAWN = "drawn"  # 双随机抽查
    COMPLAINT = "complaint"  # 投诉举报检查

    @property
    def grades(self) -> bool:
        """Whether the score decides the grade of the permit: only that of a full visit without a special cause."""
        return self in {InspectionPurpose.ROUTINE, InspectionPurpose.DRAWN}


class ReadBy(StrEnum):
    """How the phone identified the business."""

    SYMBOL = "symbol"  # scanned, and its signature verified
    NUMBER = "number"  # the code number was typed
    LIST = "list"  # chosen from the pack


class VisitOutcome(StrEnum):
    """What the officers decided."""

    PASSED = "passed"  # 合格
    TO_RECTIFY = "to_rectify"  # 责令限期整改
    FAILED = "failed"  # 不合格


class SignatureKind(StrEnum):
    """How the business signed, or that it refused."""

    DRAWN = "drawn"
    TYPED = "typed"
    REFUSED = "refused"  # 拒绝签字


class InspectionState(StrEnum):
    """The state of a record. It is kept in every state."""

    COUNTED = "counted"  # its effects stand
    HELD = "held"  # a person has to decide
    SET_ASIDE = "set_aside"  # kept without effect


class Flag(StrEnum):
    """What is unusual about a record. docs/using/inspections.md says when each flag is set."""

    CONTENT_CONFLICT = "content_conflict"
    BUSINESS_UNKNOWN = "business_unknown"
    CODE_UNKNOWN = "code_unknown"
    CODE_OF_OTHER_BUSINESS = "code_of_other_business"
    BUSINESS_ENDED = "business_ended"
    OTHER_OFFICE = "other_office"
    SECOND_OFFICER_MISSING = "second_officer_missing"
    SECOND_OFFICER_UNFIT = "second_officer_unfit"
    SECOND_OFFICER_UNCONFIRMED = "second_officer_unconfirmed"
    SECOND_OFFICER_OBJECTS = "second_officer_objects"
    CHECKLIST_UNKNOWN = "checklist_unknown"
    ORDER_UNKNOWN = "order_unknown"
    ORDER_CLOSED = "order_closed"
    IN_FUTURE = "in_future"
    NOT_SETTLED = "not_settled"
    DRAWN_UNKNOWN = "drawn_unknown"
    CLOCK_WRONG = "clock_wrong"
    CODE_SUPERSEDED = "code_superseded"
    SCORE_DIFFERS = "score_differs"
    ANSWERED_TOO_FAST = "answered_too_fast"
    FINDING_WITHOUT_PHOTO = "finding_without_photo"
    SAME_PLACE_AGAIN = "same_place_again"
    VISITS_OVERLAP = "visits_overlap"
    VISITS_TOO_CLOSE = "visits_too_close"

    @property
    def implausible(self) -> bool:
        """Whether it is a reason to doubt that the visit took place as recorded: it holds the record for the second
        officer, who can confirm it all the same."""
        return self in {
            Flag.ANSWERED_TOO_FAST,
            Flag.FINDING_WITHOUT_PHOTO,
            Flag.SAME_PLACE_AGAIN,
            Flag.VISITS_OVERLAP,
            Flag.VISITS_TOO_CLOSE,
        }

    @property
    def holds(self) -> bool:
        """Whether a record with this flag waits for a person before it has any effect."""
        return self not in {Flag.DRAWN_UNKNOWN, Flag.CLOCK_WRONG, Flag.CODE_SUPERSEDED, Flag.SCORE_DIFFERS}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was inspected, as the phone recorded it.

    ``code_number`` and ``permit_no`` may be empty; ``code_version`` is None unless the symbol was read.
    """

    read_by: ReadBy
    code_number: str
    code_version: int | None
    uscc: str
    premises_no: int
    permit_no: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer to one item, with the finding and its photographs (SHA-256 as announced)."""

    checklist: str
    item: str
    answer: ChecklistAnswer
    finding: str
    photos: tuple[str, ...]

    @property
    def name(self) -> str:
        """``list/item``, as rectification orders name it."""
        return f"{self.checklist}/{self.item}"


@dataclass(frozen=True, slots=True)
class AnnouncedPhoto:
    """A photograph that the phone will send separately: hash, type and length of the file."""

    sha256: str
    media_type: str
    length: int
    taken_at: datetime
    note: str


Stroke = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of the business.

    Strokes ``x, y, x, y …`` on a field of ``width`` × ``height``, or a typed name, or the reason why it was refused.
    """

    kind: SignatureKind
    name: str = ""
    reason: str = ""
    width: int = 0
    height: int = 0
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """One visit. Instants are UTC by the clock of the device. ``order`` and ``drawn`` are ids from the pack.

    ``shown_score`` and ``shown_grade`` are what the phone computed; the register computes its own.
    """

    id: str
    office: str
    officer: str
    second_officer: str | None
    purpose: InspectionPurpose
    order: int | None
    drawn: int | None
    subject: Inspected
    pack_as_of: datetime | None
    started_at: datetime
    finished_at: datetime
    checklists: tuple[tuple[str, str], ...]
    answers: tuple[GivenAnswer, ...]
    remarks: str
    photos: tuple[AnnouncedPhoto, ...]
    outcome: VisitOutcome
    rectify_by: date | None
    fault: Fault | None
    shown_score: int | None
    shown_grade: str
    signature: Signature

    @property
    def visited_on(self) -> date:
        """The day of the visit in Asia/Shanghai."""
        return local_date(self.finished_at)

    @property
    def findings(self) -> tuple[GivenAnswer, ...]:
        """The items answered "no"."""
        return tuple(answer for answer in self.answers if answer.answer is ChecklistAnswer.NO)


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter for the inspections of an office. Fields that are None or empty do not narrow it; days are inclusive.

    ``text`` is searched for in credit code, name and principal.
    """

    state: InspectionState | None = None
    purpose: InspectionPurpose | None = None
    outcome: VisitOutcome | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""


PURPOSE_WORDS: Mapping[InspectionPurpose, Text] = {
    InspectionPurpose.ROUTINE: term("inspection.routine"),
    InspectionPurpose.FOLLOW_UP: term("inspection.commitment_check"),
    InspectionPurpose.RECHECK: term("inspection.recheck"),
    InspectionPurpose.DRAWN: term("inspection.random_inspection"),
    InspectionPurpose.COMPLAINT: term("inspection.complaint"),
}
OUTCOME_WORDS: Mapping[VisitOutcome, Text] = {
    VisitOutcome.PASSED: term("inspection.passed"),
    VisitOutcome.TO_RECTIFY: term("inspection.rectification_ordered"),
    VisitOutcome.FAILED: term("inspection.failed"),
}
STATE_WORDS: Mapping[InspectionState, Text] = {
    InspectionState.COUNTED: Text("已计入", "Accepted"),
    InspectionState.HELD: Text("待人工处理", "Needs review"),
    InspectionState.SET_ASIDE: term("inspection.for_the_record"),
}
READ_BY_WORDS: Mapping[ReadBy, Text] = {
    ReadBy.SYMBOL: Text("扫描二维码", "Code scanned"),
    ReadBy.NUMBER: term("inspection.number_entered"),
    ReadBy.LIST: Text("从随身包选择", "Chosen from the pack"),
}
FLAG_WORDS: Mapping[Flag, Text] = {
    Flag.CONTENT_CONFLICT: Text(
        "同一检查编号此前收到过不同的内容，两份都已保存",
        "A different version with the same inspection number was received before; both have been saved",
    ),
    Flag.BUSINESS_UNKNOWN: Text(
        "登记库里没有这家企业、场所或许可证", "This business, premises or permit is not in the register"
    ),
    Flag.CODE_UNKNOWN: Text("登记库里没有这个码或这一版本", "This code or version is not in the register"),
    Flag.CODE_OF_OTHER_BUSINESS: Text("扫到的码属于另一家企业", "The code belongs to another business"),
    Flag.BUSINESS_ENDED: Text(
        "执照或许可证已经终止，或场所已经停用", "The licence or permit has ended, or the premises have closed"
    ),
    Flag.OTHER_OFFICE: Text(
        "企业和许可证都不属于检查人员的机构", "Neither the business nor the permit belongs to the inspector’s office"
    ),
    Flag.SECOND_OFFICER_MISSING: Text("没有第二名检查人员", "There is no second officer"),
    Flag.SECOND_OFFICER_UNFIT: Text(
        "第二名人员不是本机构在岗的监督员，或与第一名相同",
        "The second officer is not an active inspector of this office, or is the same person as the first",
    ),
    Flag.SECOND_OFFICER_UNCONFIRMED: Text(
        "第二名检查人员没有确认这条记录", "The second officer has not confirmed this record"
    ),
    Flag.SECOND_OFFICER_OBJECTS: Text("第二名检查人员对这条记录有异议", "The second officer objects to this record"),
    Flag.CHECKLIST_UNKNOWN: Text(
        "检查表、版本或条目不明，与场所种类不符，或有条目未回答",
        "A checklist, version or item is unknown or does not apply to this type of place, or items have not been answered",
    ),
    Flag.ORDER_UNKNOWN: Text(
        "要复查的整改通知不是这家企业的", "The order to be rechecked does not belong to this business"
    ),
    Flag.ORDER_CLOSED: Text("要复查的整改通知此前已办结", "The order to be rechecked has already been closed"),
    Flag.IN_FUTURE: Text("检查时间在将来", "The inspection time is in the future"),
    Flag.NOT_SETTLED: Text("结果无法计入，需要人工办理", "The result could not be recorded and needs review"),
    Flag.DRAWN_UNKNOWN: Text("没有为这项许可抽中的待办检查", "There is no open drawn inspection for this permit"),
    Flag.CLOCK_WRONG: Text(
        "手机时钟与服务器相差超过 5 分钟", "The phone’s clock differs from the server’s by more than 5 minutes"
    ),
    Flag.CODE_SUPERSEDED: Text("扫到的是旧版亮证牌", "An older version of the card was scanned"),
    Flag.ANSWERED_TOO_FAST: Text(
        "全部条目在过短的时间内答完", "All items were answered in less time than it takes to look at them"
    ),
    Flag.FINDING_WITHOUT_PHOTO: Text(
        "检查表要求拍照的问题没有照片", "A finding for which the checklist asks for a photo has none"
    ),
    Flag.SAME_PLACE_AGAIN: Text(
        "同一人员短时间内再次检查同一许可", "The same officer inspected the same permit again within a short time"
    ),
    Flag.VISITS_OVERLAP: Text(
        "同一人员的两次检查时间重叠，地点不同", "Two visits of one officer to different places overlap in time"
    ),
    Flag.VISITS_TOO_CLOSE: Text(
        "同一人员的两次检查间隔过短，地址不同",
        "Two visits of one officer to different addresses are too close in time",
    ),
    Flag.SCORE_DIFFERS: Text(
        "手机显示的得分与登记库计算的不同", "The score shown on the phone differs from the register’s"
    ),
}
