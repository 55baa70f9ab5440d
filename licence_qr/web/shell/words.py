"""The words for states, forms and verdicts: each closed set in both languages, with the tone it is shown in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import SHANGHAI, day_in_words
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.publishing.sayings import permit_saying as permit_saying
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MARK_NAMES, MarkKind
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.web.shell.language import Language, language, t
from licence_qr.wording.states import Saying as Saying
from licence_qr.wording.states import Tone as Tone
from licence_qr.wording.states import state
from licence_qr.wording.terms import term

PERMIT_STATUS: Mapping[PermitStatus, Saying] = {each: state(f"status.{each.value}") for each in PermitStatus}
LICENCE_STATE: Mapping[LicenceState, Saying] = {each: state(f"status.{each.value}") for each in LicenceState}
VERDICT: Mapping[Verdict, Saying] = {each: state(f"verdict.{each.value}") for each in Verdict}

# The form decides what the law calls the person who answers for the business.
PRINCIPAL_TITLE: Mapping[EntityForm, Text] = {
    EntityForm.COMPANY: Text("法定代表人", "Legal representative"),
    EntityForm.INDIVIDUAL: Text("经营者", "Operator"),
    EntityForm.COOPERATIVE: Text("法定代表人", "Legal representative"),
    EntityForm.PARTNERSHIP: Text("执行事务合伙人", "Executive partner"),
    EntityForm.SOLE_PROPRIETORSHIP: Text("投资人", "Investor"),
    EntityForm.BRANCH: term("field.person_in_charge"),
}

# And what it calls the address on the licence.
DOMICILE_TITLE: Mapping[EntityForm, Text] = {
    EntityForm.COMPANY: term("field.registered_address"),
    EntityForm.INDIVIDUAL: term("field.premises"),
    EntityForm.COOPERATIVE: term("field.registered_address"),
    EntityForm.PARTNERSHIP: Text("主要经营场所", "Principal place of business"),
    EntityForm.SOLE_PROPRIETORSHIP: term("field.registered_address"),
    EntityForm.BRANCH: term("field.premises"),
}

# What the licence of each form calls these fields of its own.
TITLES: Mapping[str, Mapping[EntityForm, Text]] = {"principal": PRINCIPAL_TITLE, "domicile": DOMICILE_TITLE}

# Marks of the registrar (经营异常名录 and the like); a business that bears one may still trade.
MARK: Mapping[MarkKind, Text] = MARK_NAMES


def day(when: date) -> str:
    """A date in the main language of the page: 2026年11月23日, 23 November 2026."""
    words = day_in_words(when)
    return t(words.zh, words.en)


def minute(when: datetime) -> str:
    """An instant in China's time, to the minute: 2026年11月23日 16:20."""
    local = when.astimezone(SHANGHAI)
    return f"{day(local.date())}{' ' if language() is Language.ZH else ', '}{local:%H:%M}"
