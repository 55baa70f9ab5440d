"""The list of people as CSV, a line for each account, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.domain.dates import SHANGHAI
from licence_qr.services.accounts.people import AccountLine, PersonView
from licence_qr.web.desk.accounts.fields import ROLE_NAMES
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term

CSV = "text/csv; charset=utf-8"


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        in_words(term("field.staff_number")),
        in_words(term("field.person_name")),
        t("窗口", "Office"),
        in_words(term("field.user_name")),
        in_words(term("field.roles")),
        t("不能登录", "Cannot sign in"),
        in_words(term("field.last_sign_in")),
        t("请核对", "To be checked"),
    )


def as_csv(people: Iterable[PersonView]) -> Iterator[bytes]:
    """The table, piece by piece, in the language of the request. A person without an account has one line too."""
    rows = (
        [guarded(text) for text in _row(view, account)] for view in people for account in (view.accounts or (None,))
    )
    return csv_pieces(chain([headings()], rows))


def _row(view: PersonView, account: AccountLine | None) -> Sequence[str]:
    person, between = view.person, t("、", ", ")
    told = t("；", "; ").join(t(text.zh, text.en) for text in view.told)
    if account is None:
        return (person.staff_no, person.name, office_name(person.office), "", "", "", "", told)
    signed_in = account.signed_in_at.astimezone(SHANGHAI).isoformat(timespec="minutes") if account.signed_in_at else ""
    return (
        person.staff_no,
        person.name,
        office_name(account.actor.office),
        account.actor.username,
        between.join(in_words(ROLE_NAMES[role]) for role in ROLE_NAMES if role in account.actor.roles),
        t("是", "yes") if account.disabled else "",
        signed_in,
        told,
    )
