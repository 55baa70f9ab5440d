"""Which passwords are accepted: long ones that nobody guesses soon, of any characters."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from quick_passwords import QUICK

from licence_qr import wording
from licence_qr.domain.accounts.passwords import LEAST_CHARACTERS, MOST_CHARACTERS
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import InputError
from licence_qr.services.accounts.passwords import Passwords, demand, made_password
from licence_qr.store.accounts.accounts import User

WANG = Actor(7, "wang.xiaoming", "王小明", "baishiyi", frozenset({Role.CLERK}))


def refused(password: str, about: Actor = WANG) -> str:
    """The code with which a password is refused; empty for one that is accepted."""
    try:
        demand(password, about)
    except InputError as error:
        assert error.field == "new_password"
        assert wording.explain(error, "zh").todo
        assert wording.explain(error, "en").todo
        return error.code
    return ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("1234567890", "password_short"),
        ("q7#Lw!9zKp2", "password_short"),  # 11 characters, however hard to guess
        ("q7#Lw!9zKp2 " * 12, "password_long"),
        ("密码" * 6, "password_personal"),
        ("password1234", "password_common"),
        ("123456789012", "password_common"),
        ("P@ssw0rd2024!", "password_common"),
        ("4321drowssap", "password_common"),
        ("qwertyuiop123", "password_common"),
        ("1qaz2wsx3edc", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("iloveyou1314520", "password_common"),
        ("woaini1314520", "password_common"),
        ("passwordpasswordpasswordpassword", "password_common"),
        ("password1990" * 10, "password_common"),
        ("wang.xiaoming", "password_personal"),
        ("WangXiaoming1", "password_personal"),
        ("gnimoaixgnaw1", "password_personal"),
        ("x1a0m1ng2026", "password_personal"),
        ("baishiyi2026", "password_personal"),
        ("Baishiyi2026!", "password_personal"),
        ("licence-qr-1", "password_personal"),
        ("yingyezhizhao", "password_personal"),
        ("weishengxuke1", "password_personal"),
        ("王小明王小明王小明王小明", "password_personal"),
    ],
)
def test_what_is_guessed_soon_is_refused_with_the_reason(password: str, code: str) -> None:
    assert refused(password) == code


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("欧阳晓明", "ouyangxiaoming"),
        ("欧阳晓明", "XiaomingOuyang1"),
        ("欧阳晓明", "xiaoming20261"),
        ("欧阳晓明", "oyxm20262026"),
        ("王诗琪", "wangshiqi2026"),
        ("王诗琪", "shiqiwang123!"),
        ("王诗琪", "iqihsgnaw2026"),
        ("王诗琪", "wsq20261123w"),
        ("王诗琪", "wsqwsqwsqwsq"),
        ("单德芳", "shandefang12"),
        ("单德芳", "dandefang123"),
        ("曾子墨", "zengzimo2026"),
        ("吕绿竹", "lvlvzhu20261"),
        ("吕绿竹", "luluzhu20261"),
        ("吕绿竹", "lyulyuzhu2026"),
        ("王诗琪（示例）", "wangshiqi2026"),
        ("Wang 诗琪", "wangshiqi2026"),
    ],
)
def test_the_pinyin_of_the_name_is_like_the_name(name: str, password: str) -> None:
    assert refused(password, Actor(8, "k017", name, "bafu", frozenset({Role.CLERK}))) == "password_personal"


@pytest.mark.parametrize("name", ["白市驿镇政务服务中心综合窗口", "李", "王", "Wang", "", "㐀㐁", "𠀀𠀁", "·"])
def test_any_name_leaves_good_passwords_good(name: str) -> None:
    assert refused("seven grey herons at noon", Actor(8, "k017", name, "bafu", frozenset({Role.CLERK}))) == ""


@pytest.mark.parametrize(
    "password",
    [
        "a good long password",
        "seven grey herons at noon",
        "correct horse battery staple",
        "only lowercase letters here",
        "白鹭立雪愚人看鹭聪者观雪",
        "q7#Lw!9zKp2x",
        "a" * 24 + " and then seven grey herons",
        "q7#Lw!9zKp2 " * 10,
        "baishiyi keeps seven grey herons",  # holds the office, and enough besides
    ],
)
def test_a_long_one_is_accepted_whatever_it_is_made_of(password: str) -> None:
    assert LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS
    assert refused(password) == ""


def test_full_width_letters_are_those_they_stand_for() -> None:
    assert refused("ｐａｓｓｗｏｒｄ１２３４") == "password_common"
    passwords = Passwords(QUICK)
    user = User(WANG, passwords.hash("ｓｅｖｅｎ　ｇｒｅｙ　ｈｅｒｏｎｓ", WANG), False, 0, must_change=False)
    assert passwords.fits(user, "seven grey herons")
    assert passwords.fits(user, "ｓｅｖｅｎ grey herons")
    assert not passwords.fits(user, "seven grey heron")


def test_a_hash_from_before_is_of_what_was_typed() -> None:
    typed = "ｓｅｖｅｎ grey herons"
    assert Passwords(QUICK).fits(User(WANG, QUICK.hash(typed), False, 0, must_change=False), typed)


def test_what_the_program_makes_is_accepted() -> None:
    made = {made_password() for _ in range(100)}
    assert len(made) == 100
    assert {refused(password) for password in made} == {""}


def test_the_words_of_one_person_are_not_those_of_another() -> None:
    other = Actor(8, "li.si", "李四", "xiyong", frozenset({Role.CLERK}))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns within one judgement
    try:
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda who: refused("Baishiyi2026!", who), [WANG, other] * 100))
    finally:
        sys.setswitchinterval(before)
    assert set(told[0::2]) == {"password_personal"}
    assert "password_personal" not in told[1::2]


def test_an_unknown_name_costs_a_verification_of_the_full_cost_and_a_start_of_the_program_none() -> None:
    verified: list[str] = []

    class Watched(PasswordHasher):
        def hash(self, *_: object, **__: object) -> str:
            raise AssertionError

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            assert not self.check_needs_rehash(hash)
            with pytest.raises(VerifyMismatchError):  # it was counted, not refused for its form
                super().verify(hash, password)
            verified.append(str(hash))
            raise VerifyMismatchError

    for parameters in ((2, 16, 1), (1, 32, 2)):
        assert not Passwords(Watched(*parameters)).fits(None, "seven grey herons")
    assert len(set(verified)) == len(verified) == 2
