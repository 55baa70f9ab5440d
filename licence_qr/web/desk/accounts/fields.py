"""The questions of the forms about people and accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.roles import Role
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.shell.forms import Choice, Field, Widget
from licence_qr.web.shell.handed import catalogue
from licence_qr.wording.terms import term

_ROLE_HINTS: Mapping[Role, Text] = {
    Role.CLERK: Text("受理、发证、变更、提出", "Takes applications, issues, changes, proposes"),
    Role.INSPECTOR: Text("检查、核查、提出", "Inspects, checks commitments, proposes"),
    Role.DECIDER: Text("决定他人提出的事项", "Decides what others have proposed"),
    Role.SUPERVISOR: Text(
        "查看本窗口的全部事项和数字，转办反映，裁定导入", "Reads all of the office, passes on reports, reviews imports"
    ),
    Role.CATALOGUE: Text("维护目录中的规则和数字，不办业务", "Keeps rules and figures. No cases"),
    Role.AUDITOR: Text("查看全部，不能改动", "Reads everything, changes nothing"),
    Role.ADMIN: Text("管理人员和账号，不办业务", "Manages people and accounts. No cases"),
}

_STAFF_NO = Field(
    "staff_no",
    term("field.staff_number"),
    Text(
        "单位名册中的编号。同一工号就是同一人。审批人员和监督员必填。",
        "As on the staff list. One number is one person. Decision makers and inspectors need one.",
    ),
    characters=20,
    optional=True,
)
_NAME = Field("name", term("field.person_name"), characters=20)
_OFFICE = Field("office", Text("所在窗口", "Office they work in"), widget=Widget.RADIOS)
USERNAME = Field(
    "username",
    term("field.user_name"),
    Text("英文字母、数字、点和短横，登录时使用。", "Latin letters, digits, dots and hyphens. Used to sign in."),
    characters=20,
)
ROLES = Field(
    "roles",
    term("field.roles"),
    Text("只给工作需要的。", "Only those that the work needs."),
    widget=Widget.CHECKBOXES,
    choices=tuple(Choice(role.value, ROLE_NAMES[role], _ROLE_HINTS[role]) for role in Role),
)


def details_fields() -> tuple[Field, ...]:
    """What is asked about a person; the offices are those of the catalogue."""
    offices = tuple(Choice(office.id, office.name) for office in catalogue().offices.values())
    return (_STAFF_NO, _NAME, replace(_OFFICE, choices=offices))


def roles_typed(typed: str) -> frozenset[Role]:
    """The roles that were ticked; what is no role is left out."""
    return frozenset(Role(each) for each in typed.split(",") if each in set(Role))
