"""What a person pastes or types, reduced to a link or a number. ``static/reading/pasted.js`` does the same.

Messengers append parameters, input methods write full width, and people copy the words around a link. The result is then
verified as strictly as a scanned symbol; what a camera reads is not reduced. Both programs are tested with
``tests/vectors/pasted.json``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.plain_text import blank
from licence_qr.errors import InputError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

FEWEST_DIGITS = 100  # a token is longer than its signature; fewer digits are a telephone number or the like
_MOST_CHARACTERS = 100_000  # a longer text is not looked through
_LONGEST_HOST = 253  # characters (RFC 1123, 2.1); what is longer leads nowhere, and takes long to put into ASCII
_MOST_RUNS = 20  # lines of a link that was broken by a mail program

# A host may hold any letters, so that one which only looks like ours is seen as what it is; the rest is ASCII.
_LINK = re.compile(
    r"https?://([^ /\\?#<>\"'`,;!(){}|^、“”‘’《》〈〉【】「」]*)([!#-;=?-_a-z~]*)", re.IGNORECASE | re.ASCII
)
_WITHOUT_SCHEME = re.compile(
    r"(?:^:?|[^0-9a-z@.:/\\_-])([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?)(?=/c/)", re.IGNORECASE | re.ASCII
)
_UNBROKEN = re.compile("[!-~]+")  # characters of an address
_INSIDE_ADDRESS = re.compile("[/?#]")  # what follows one of these belongs to the address before it
_CODE_PATH, _NUMBER_PATH = re.compile("/c/", re.IGNORECASE), re.compile("/p/([0-9A-Za-z-]+)")
_RUNS = re.compile(r" ?([0-9]+(?: [0-9]+)*)([A-Za-z_]?)")
_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?")
_MANY_DIGITS = re.compile(f"[0-9](?: ?[0-9]){{{FEWEST_DIGITS - 1},}}")
_CREDIT_CODE = re.compile("[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")
_DOMAIN = re.compile(r"((?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]{1,5})?)(?:[/?#][^ ]*)?", re.IGNORECASE | re.ASCII)
_USUAL_PORTS = {"https": ":443", "http": ":80"}
_SOFT_BREAK = re.compile("=\r?\n")  # a mail as it was sent (RFC 2045, 6.7)
_BREAKS = "\t\n\v\f\r"
_NUMBER_LENGTH = 17
_GROUPED = (4, 4, 4, 4, 1)  # as a number is printed


class PastedAs(StrEnum):
    """What a text is."""

    EMPTY = "empty"
    CODE = "code"  # a link of a code, or its digits
    NUMBER = "number"
    MISTYPED = "mistyped"  # a code number whose check character does not match
    PAYMENT = "payment"
    WIFI = "wifi"
    CONTACT = "contact"
    HEALTH = "health"
    CREDIT_CODE = "credit_code"
    WEB = "web"
    TEXT = "text"


# What is no code of ours and has a name.
NAMES: Mapping[PastedAs, Text] = {
    PastedAs.PAYMENT: term("shown.payment"),
    PastedAs.WIFI: term("shown.wifi"),
    PastedAs.CONTACT: term("shown.contact"),
    PastedAs.HEALTH: term("shown.health"),
    PastedAs.CREDIT_CODE: term("field.credit_code"),
    PastedAs.WEB: term("shown.web"),
}
# In this order; the first that fits names the text.
_OTHERS = (
    (
        PastedAs.PAYMENT,
        re.compile(
            r"^(?:wxp:|weixin://wxpay|alipays?:|alipayqr:|upwallet:)"
            r"|^https?://(?:qr\.alipay\.com|wx\.tenpay\.com|payapp\.weixin\.qq\.com|qr\.95516\.com)(?:[/?]|$)"
            r"|^000201.*6304[0-9A-F]{4}$"  # EMV QR Code Specification, merchant-presented
            r"|^1[0-5][0-9]{16}$|^(?:2[5-9]|30)[0-9]{14,22}$",  # what WeChat and Alipay show of a payer
            re.IGNORECASE,
        ),
    ),
    (PastedAs.WIFI, re.compile("^wifi:", re.IGNORECASE)),
    (PastedAs.CONTACT, re.compile("^(?:begin:vcard|mecard:|bizcard:)", re.IGNORECASE)),
    (PastedAs.HEALTH, re.compile("健康码|health[-_ ]?code|jiankangma", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """``texts`` are the readings of a code, of which the last is the longest, or the one number; else empty.

    ``host`` is that of a web address, in ASCII. ``others`` are the further codes, or numbers, of the text, each with its
    readings.
    """

    kind: PastedAs
    texts: tuple[str, ...] = ()
    host: str = ""
    others: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    host: str
    rest: str
    text: str
    behind: int  # where in the text it goes on after the path of a code
    scheme: str

    @property
    def after(self) -> str:
        return self.text[self.behind :]

    @property
    def is_code(self) -> bool:
        return _CODE_PATH.match(self.rest) is not None


def reduced(text: str, hosts: Collection[str]) -> Pasted:
    """What ``text`` is, with its link or number. ``hosts`` are those of this service, with their ports."""
    if len(text) > _MOST_CHARACTERS:
        return Pasted(PastedAs.TEXT)
    plain = folded(text)
    if not plain:
        return Pasted(PastedAs.EMPTY)
    for form in (plain, plain.replace(" ", "")):
        if (ours := _of_this_service(form, hosts)) is not None:
            return ours
    return _another(plain)


def number_in(text: str) -> str:
    """The number of seventeen characters in ``text``, with words or an address around it; else ``text`` itself, in which
    its reader finds what is wrong. Receipt numbers and rating codes are written as code numbers are."""
    found = _number(folded(text))
    return found.texts[0] if found else text


def folded(text: str) -> str:
    """``text`` in normal width without invisible characters, each white space one space, and 。 as a point."""
    text = unicodedata.normalize("NFKC", _SOFT_BREAK.sub("", text))
    return " ".join("".join(filter(None, map(_visible, text))).split()).replace("。", ".")


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category.startswith("Z") or char in _BREAKS:
        return " "
    return "" if category in ("Cc", "Cf") or blank(char) else char


def _of_this_service(text: str, hosts: Collection[str]) -> Pasted | None:
    """The links of codes of this service, or the numbers of links to the register."""
    ours = [link for link in (*_links(text), *_without_scheme(text)) if link.host in hosts]
    if codes := [_readings(link) for link in ours if link.is_code]:
        return _each_once(PastedAs.CODE, [*codes, *_copied(text, hosts)])
    addressed = [found[1] for link in ours if (found := _NUMBER_PATH.match(link.rest))]
    numbers = [number for part in addressed if (number := _number(part))]
    if not numbers:
        return None
    return _each_once(numbers[0].kind, [number.texts for number in numbers if number.kind is numbers[0].kind])


def _each_once(kind: PastedAs, found: Iterable[tuple[str, ...]]) -> Pasted:
    """The first, and beside it those of which no reading is one of an earlier."""
    known: set[str] = set()
    different = []
    for readings in found:
        if known.isdisjoint(readings):
            different.append(readings)
        known.update(readings)
    return Pasted(kind, different[0], others=tuple(different[1:]))


def _another(text: str) -> Pasted:
    if codes := _copied(text, ()):
        return _each_once(PastedAs.CODE, codes)
    for kind, pattern in _OTHERS:
        if pattern.search(text):
            return Pasted(kind)
    beside = _LINK.sub("\n", text)
    if digits := _MANY_DIGITS.findall(_UNBROKEN.sub(_unless_address, beside)):
        return _each_once(PastedAs.CODE, ((each.replace(" ", ""),) for each in digits))
    if number := _number(beside):
        return number
    if _CREDIT_CODE.fullmatch(_compact(text)):
        return Pasted(PastedAs.CREDIT_CODE)
    if link := next(_links(text), None):
        return Pasted(PastedAs.WEB, host=link.host.rstrip("."))
    domain = _DOMAIN.fullmatch(text)
    return Pasted(PastedAs.WEB, host=domain[1].lower()) if domain else Pasted(PastedAs.TEXT)


def _copied(text: str, hosts: Collection[str]) -> list[tuple[str, ...]]:
    """The readings of codes behind other hosts than those."""
    dotted = (link for link in _without_scheme(text) if "." in link.host)
    found = (link for link in (*_links(text), *dotted) if link.is_code and _RUNS.match(text, link.behind))
    return [_readings(link) for link in found if link.host not in hosts]


def _links(text: str) -> Iterator[_Link]:
    for found in _LINK.finditer(text):
        scheme = found[0].partition(":")[0].lower()
        host = _ascii(found[1].rpartition("@")[2].lower()).removesuffix(_USUAL_PORTS[scheme])
        yield _Link(host, found[2], text, found.start(2) + len("/c/"), scheme)


def _without_scheme(text: str) -> Iterator[_Link]:
    """Hosts before the path of a code; not the end of a host that begins behind a scheme, in letters that are no ASCII."""
    with_scheme = {link.behind for link in _links(text)}
    for run in _UNBROKEN.finditer(text):
        found = _WITHOUT_SCHEME.search(run[0])
        if found and not _INSIDE_ADDRESS.search(run[0], 0, found.start(1)):
            behind = run.start() + found.end() + len("/c/")
            if behind not in with_scheme:
                yield _Link(found[1].lower(), run[0][found.end() :], text, behind, "http")


def _unless_address(run: re.Match[str]) -> str:
    return "\n" if "/" in run[0] else run[0]


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() or len(host) > _LONGEST_HOST else host.encode("idna").decode()
    except UnicodeError:
        return host


def _readings(link: _Link) -> tuple[str, ...]:
    """The texts that a broken link may have been: its first line, its first two lines, and so on."""
    scheme = link.scheme if _LOOPBACK.fullmatch(link.host) else "https"
    start = f"{scheme}://{link.host}/c/"
    found = _RUNS.match(link.after)
    if found is None:
        return (start + re.split("[ ?#]", link.after)[0],)
    runs = found[1].split(" ")
    if found[2]:  # a letter within the last one: a changed digit, or another word
        if len(runs) == 1:
            return (start + re.split("[ ?#]", link.after.lstrip())[0],)
        runs.pop()
    lengths = range(1, len(runs) + 1) if len(runs) <= _MOST_RUNS else (1, len(runs))
    return tuple(start + "".join(runs[:length]) for length in lengths)


def _compact(text: str) -> str:
    return "".join(char for char in text if char != " " and not _dash(char)).upper()


def _dash(char: str) -> bool:
    return unicodedata.category(char) == "Pd" or char == "\N{MINUS SIGN}"


def _number(text: str) -> Pasted | None:
    """The code numbers in a text: alone, between other characters, or printed in fours among words."""
    whole = _compact(text)
    if len(whole) == _NUMBER_LENGTH and whole.isascii() and whole.isalnum() and not whole.isalpha():
        return _checked(whole) or Pasted(PastedAs.MISTYPED, (whole,))
    spaced = "".join(" " if _dash(char) else char for char in text)
    numbers = list(_numbers(re.split("[^0-9A-Za-z ]+", spaced)))
    return _each_once(PastedAs.NUMBER, numbers) if numbers else None


def _numbers(parts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for part in parts:
        words = part.split()
        for piece in ("".join(words), *_pieces(words)):
            if len(piece) == _NUMBER_LENGTH and not piece.isalpha() and (number := _checked(piece)):
                yield number.texts


def _pieces(words: list[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        yield word
        group = words[at : at + len(_GROUPED)]
        if tuple(map(len, group)) == _GROUPED:
            yield "".join(group)


def _checked(number: str) -> Pasted | None:
    try:
        return Pasted(PastedAs.NUMBER, (parse_code_number(number).number.replace("-", ""),))
    except InputError:
        return None
