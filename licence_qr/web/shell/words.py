"""The words for states, forms and verdicts: each closed set in both languages, with the tone it is shown in.

Colour is never alone: a tone is a colour, a sign and a word together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import SHANGHAI, day_in_words
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MARK_NAMES, MarkKind
from licence_qr.domain.register.permit import SUSPENSION_STATUS, PermitStatus, Suspension
from licence_qr.web.shell.language import Language, language, t
from licence_qr.wording.terms import term


class Tone(StrEnum):
    """How something is shown; the value is its class in ``static/ui/site.css``."""

    GOOD = "good"
    PLAIN = "plain"
    CARE = "care"
    BAD = "bad"
    UNKNOWN = "unknown"

    @property
    def sign(self) -> str:
        """A character that says the same as the colour."""
        return _SIGNS[self]


_SIGNS = {Tone.GOOD: "✓", Tone.PLAIN: "i", Tone.CARE: "!", Tone.BAD: "×", Tone.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Saying:
    """A state in words, and its tone."""

    zh: str
    en: str
    tone: Tone


def _said(status: PermitStatus | LicenceState, tone: Tone) -> Saying:
    name = term(f"status.{status.value}")
    return Saying(name.zh, name.en, tone)


_PERMIT_TONE = {PermitStatus.EFFECTIVE: Tone.GOOD} | dict.fromkeys(
    (PermitStatus.PENDING, PermitStatus.NOT_YET_VALID, PermitStatus.EXPIRING_SOON), Tone.CARE
)
PERMIT_STATUS: Mapping[PermitStatus, Saying] = {
    status: _said(status, _PERMIT_TONE.get(status, Tone.BAD)) for status in PermitStatus
}


def permit_saying(status: PermitStatus, suspension: Suspension | None = None) -> Saying:
    """A status, of a suspended permit in the words of the decision, where it is known."""
    saying = PERMIT_STATUS[status]
    if status is not PermitStatus.SUSPENDED or suspension is None:
        return saying
    words = SUSPENSION_STATUS[suspension]
    return Saying(words.zh, words.en, saying.tone)


_LICENCE_TONE = {LicenceState.ACTIVE: Tone.GOOD, LicenceState.DORMANT: Tone.CARE}
LICENCE_STATE: Mapping[LicenceState, Saying] = {
    state: _said(state, _LICENCE_TONE.get(state, Tone.BAD)) for state in LicenceState
}

VERDICT: Mapping[Verdict, Saying] = {
    Verdict.ALL_IN_FORCE: Saying("证照均有效", "licence and permits in force", Tone.GOOD),
    Verdict.LICENCE_ONLY: Saying("仅有营业执照", "business licence only", Tone.PLAIN),
    Verdict.ATTENTION: Saying("有许可需注意", "a permit needs attention", Tone.CARE),
    Verdict.DORMANT: Saying("正在歇业", "registered as dormant", Tone.CARE),
    Verdict.LICENCE_ENDED: Saying("执照已失效", "licence no longer valid", Tone.BAD),
    Verdict.OLD_PRINT: Saying("这是旧版亮证牌", "this card is out of date", Tone.CARE),
}

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
