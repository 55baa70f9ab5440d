"""Names and user names that a reader takes for one are one, and no name has characters that nobody sees."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.characters.refused import refused_character
from licence_qr.domain.plain_text import blank, plain_line
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.errors import InputError
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.accounts import persons

PASSWORD = "only-for-these-tests"
UNSEEN = [
    "\u3164",
    "\u2800",
    "\u115f",
    "\u1160",
    "\uffa0",
    "\u034f",
    "\ufe0f",
    "\u180b",
    "\u202e",
    "\u200b",
    "\U000e0100",
]


def create(services: Services, now: datetime, username: str, name: str = "王示例", staff_no: str = "") -> int:
    return services.accounts.create(username, name, "bafu", frozenset({Role.CLERK}), PASSWORD, now, staff_no=staff_no)


@pytest.mark.parametrize("other", ["decider", "Decider", "DECIDER", "decider.", "decider-", ".decider", "-decider-."])
def test_a_user_name_that_looks_like_another_is_taken(services: Services, now: datetime, other: str) -> None:
    create(services, now, "decider")
    with pytest.raises(InputError, match="username_taken"):
        create(services, now, other)


def test_a_user_name_like_that_of_a_program_is_taken(services: Services, now: datetime) -> None:
    with pytest.raises(InputError, match="username_taken"):
        create(services, now, "System.")


def test_user_names_names_and_staff_numbers_have_a_longest_length(services: Services, now: datetime) -> None:
    for given in (("d" * 500,), ("d", "王" * 500), ("d", "王", "1" * 500)):
        with pytest.raises(InputError, match="text_too_long"):
            create(services, now, *given)


@pytest.mark.parametrize("unseen", UNSEEN, ids=[f"U+{ord(char):04X}" for char in UNSEEN])
def test_what_nobody_sees_enters_no_name(services: Services, now: datetime, unseen: str) -> None:
    """By the command line (``Accounts.create``) as at the desk (``Staff``)."""
    create(services, now, "wang", f" {unseen}王 {unseen}示例 ", f" B{unseen}-1 ")
    key = services.staff.add(PersonDetails("", f"{unseen}李 {unseen}示例", "bafu"), AT_THE_MACHINE, now)
    user = services.accounts.user("wang")
    assert user and user.display_name == "王 示例"
    assert services.staff.one(user.person_id).person.staff_no == "B-1"
    assert services.staff.one(key).person.name == "李 示例"
    with pytest.raises(InputError, match="person_name_missing"):
        services.staff.add(PersonDetails("", unseen, "bafu"), AT_THE_MACHINE, now)
    found = refused_character(f"AB{unseen}宾馆")
    assert found and found.position == 3


def test_names_that_differ_only_in_width_or_blanks_are_told_as_namesakes(services: Services, now: datetime) -> None:
    with services.database.write() as tx:  # as older registers have them
        keys = [
            persons.add(tx, "", name, "bafu", now)
            for name in ("小W示例", "\u2f29Ｗ示例", "小W示\u3164例", "小W示\U000e0100例")
        ]
    for key in keys:
        assert "有同名的人" in [told.zh for told in services.staff.one(key).told]


def test_the_shape_chosen_for_an_ideograph_is_kept() -> None:
    assert plain_line("欧\U000e0100阳") == "欧\U000e0100阳"
    assert plain_line("A\U000e0100\U000e0100B") == "AB"


def test_white_space_and_letters_are_no_blanks() -> None:
    assert not any(blank(char) for char in " \u3000\nA王ä\U00020000")
    assert plain_line("王 示\u3000例") == "王 示 例"


def test_every_format_character_is_dropped_or_a_blank() -> None:
    unseen = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf")
    assert not any(plain_line(char) for char in unseen)
