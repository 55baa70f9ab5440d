"""The figures of a permit's life cycle (期限、年限、分数), each dated and with its legal basis.

The entries themselves are data in ``catalogue/life_rules.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter

from licence_qr.domain.dates import Period
from licence_qr.errors import RuleError
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class DatedLifeRule:
    """One dated figure.

    ``id`` is the name of a field of LifeRules, which gives the unit. A figure with a ``permit_type`` replaces the
    general one for permits of that type.
    """

    id: str
    value: int
    period: Period
    basis: Text
    permit_type: str = ""


@dataclass(frozen=True, slots=True)
class LifeRules:
    """The figures in force on one day. Days are calendar days unless a name says working days."""

    renewal_apply_days: int  # a renewal must be applied for this many days before expiry
    review_after_months: int  # the review (复核) is due this long after the first day of validity
    follow_up_months: int  # the check after a grant on commitment is due within
    follow_up_officers: int  # and needs at least this many officers
    expiring_notice_days: int  # the three steps at which an expiry comes up on the task list
    expiring_reminder_days: int
    expiring_urgent_days: int
    grant_visit_officers: int  # visit before a grant in the standard procedure; 0: no visit is needed
    decision_working_days: int  # an application in the standard procedure is decided within
    extension_working_days: int  # and, where the head of the authority agrees, so much later
    change_apply_days: int  # a change must be applied for within
    dormancy_months: int  # the longest dormancy (歇业) of a business
    deceit_bar_months: int  # no new application after a permit obtained by false statements, deceit or bribery
    second_officer_hours: int  # the second officer confirms a record within, from its arrival; then the desk decides
    visit_item_seconds: int  # a visit takes at least so long for each item that was answered
    visit_again_minutes: int  # the same permit is not inspected again by an officer within
    visit_apart_minutes: int  # between two visits of an officer to different addresses there is at least
    report_contact_working_days: int  # whoever reports a problem is contacted within
    report_answer_working_days: int  # and has an answer within
    rating_mend_working_days: int  # a bad rating is mended within
    citizen_contact_kept_days: int  # contact and photo of a report, contact of a rating: deleted so long after the end
    citizen_words_kept_days: int  # and so long the words of both, and what the office wrote about them for itself
    signing_link_minutes: int  # a promise is signed on a phone within, from when the desk made the link
    draft_kept_days: int  # an application that was not issued is deleted when nobody has changed it for so long
    traces_kept_months: int  # who read, searched, exported and printed what, and who signed in
    grade_a_score: int  # the lowest score of each grade of a scale, of 100: the best, the second, the third
    grade_b_score: int
    grade_c_score: int

    @property
    def expiring_days(self) -> tuple[int, int, int]:
        """The three steps before expiry, the longest first."""
        return self.expiring_notice_days, self.expiring_reminder_days, self.expiring_urgent_days

    @property
    def citizen_kept_days(self) -> tuple[int, int]:
        """Days for which contacts and texts are kept after a case is closed."""
        return self.citizen_contact_kept_days, self.citizen_words_kept_days

    @property
    def grade_scores(self) -> tuple[int, int, int]:
        """The lowest score of each grade of a scale, from the best."""
        return self.grade_a_score, self.grade_b_score, self.grade_c_score


LIFE_RULE_IDS = tuple(each.name for each in fields(LifeRules))
# Figures for which a permit type may have its own value.
LIFE_RULES_OF_TYPES = (
    "renewal_apply_days",
    "review_after_months",
    "follow_up_months",
    "grant_visit_officers",
    "decision_working_days",
    "extension_working_days",
)
# Figures that may be 0: there is no such duty.
MAY_BE_NOTHING = ("grant_visit_officers",)
# Figures that must decrease from one to the next.
DESCENDING = (
    ("expiring_notice_days", "expiring_reminder_days", "expiring_urgent_days"),
    ("grade_a_score", "grade_b_score", "grade_c_score"),
)


def life_rules_on(rules: Iterable[DatedLifeRule], day: date, permit_type: str = "") -> LifeRules:
    """The figures in force on ``day``, for permits of ``permit_type`` if given.

    Raises RuleError ``life_rule_unknown`` (``rule``, ``day``) where a figure is missing for that day.
    """
    wanted = {"", permit_type}
    found = [rule for rule in rules if rule.permit_type in wanted and day in rule.period]
    values = {rule.id: rule.value for rule in sorted(found, key=attrgetter("permit_type"))}
    if missing := [each for each in LIFE_RULE_IDS if each not in values]:
        raise RuleError("life_rule_unknown", rule=missing[0], day=day.isoformat())
    return LifeRules(**values)
