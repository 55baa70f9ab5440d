"""What a password must be (NIST SP 800-63B-4, section 3.1.1.2).

Long, and not on an attacker's list; nothing is said about which characters it has. Spaces and every script are welcome.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from licence_qr.errors import InputError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 128
# Guesses that the password must stand. A stranger has 2,900 a day (``services.accounts.sign_in_limits``); whoever stole the
# register pays argon2id for each. Two of the most used passwords in a row are fewer.
LEAST_GUESSES = 10**9
# Of passwords that the program makes: 16 characters.
MADE_BYTES = 12
# What this service is called and about: somebody who attacks it tries these first.
PRODUCT_WORDS = (
    *("licence", "license", "licenceqr", "licence-qr", "licence_qr", "permit", "qrcode", "inspector", "clerk", "admin"),
    *("zhengzhao", "zhizhao", "yingyezhizhao", "weisheng", "xuke", "xukezheng", "weishengxuke", "erweima", "mima"),
    *("证照", "执照", "营业执照", "卫生许可", "许可证", "二维码", "密码", "窗口"),
)
_LEAST_OF_A_WORD = {True: 3, False: 2}  # of Latin letters and digits; of Chinese characters


def normalized(password: str) -> str:
    """The password as it is judged and hashed: the same however a keyboard composes its characters (NFKC), full-width
    letters of a Chinese input method included."""
    return unicodedata.normalize("NFKC", password)


def demand_length(password: str) -> None:
    """Raise InputError ``password_short`` (``least``) or ``password_long`` (``most``)."""
    if len(password) < LEAST_CHARACTERS:
        raise InputError("password_short", field="new_password", least=LEAST_CHARACTERS)
    if len(password) > MOST_CHARACTERS:
        raise InputError("password_long", field="new_password", most=MOST_CHARACTERS)


def words_about(names: Iterable[str]) -> tuple[str, ...]:
    """What somebody who knows these names (of a person, an account, an office) would try, with the words of the product.

    Each name as a whole, without what divides it, and in its parts.
    """
    found: dict[str, None] = {}
    for name in names:
        parts = re.findall(r"[^\W_]+", name.lower())
        found |= dict.fromkeys((name.lower(), "".join(parts), *parts))
    known = (word for word in found if len(word) >= _LEAST_OF_A_WORD[word.isascii()])
    return (*known, *PRODUCT_WORDS)
