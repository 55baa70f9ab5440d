"""Faults of the text form: what was scanned is not the one text of a token, or leads to another site."""

from __future__ import annotations

from collections.abc import Iterator

from parts import HOST, ORIGIN, Vector, address, digits, refused, token

GOOD = digits(token())
NOT_DIGITS = {
    "space-before": ("a space before the digits", f"{ORIGIN}/c/ {GOOD}"),
    "space-after": ("a space after the digits", f"{ORIGIN}/c/{GOOD} "),
    "newline-after": ("a line break after the digits", f"{ORIGIN}/c/{GOOD}\n"),
    "nul-after": ("a NUL after the digits", f"{ORIGIN}/c/{GOOD}\0"),
    "plus-sign": ("a plus sign, which number parsers take", f"{ORIGIN}/c/+{GOOD}"),
    "minus-sign": ("a minus sign", f"{ORIGIN}/c/-{GOOD}"),
    "underscore": ("an underscore between digits, which some number parsers skip", f"{ORIGIN}/c/{GOOD[:9]}_{GOOD[9:]}"),
    "exponent": ("a number with an exponent", f"{ORIGIN}/c/1e500"),
    "hexadecimal": ("a hexadecimal number", f"{ORIGIN}/c/0xd284"),
    "full-width-digit": ("one digit in full width", f"{ORIGIN}/c/{GOOD[:-1]}\uff12"),
    "arabic-digit": ("one Arabic-Indic digit", f"{ORIGIN}/c/{GOOD[:-1]}\u0662"),
    "query": ("a query behind the digits", f"{ORIGIN}/c/{GOOD}?v=1"),
    "fragment": ("a fragment behind the digits", f"{ORIGIN}/c/{GOOD}#page"),
    "slash-after": ("a slash behind the digits", f"{ORIGIN}/c/{GOOD}/"),
    "path-twice": ("the path twice", f"{ORIGIN}/c/c/{GOOD}"),
    "word": ("a word instead of a code", "genuine"),
}
NOT_ADDRESS = {
    "upper-case-scheme": ("the scheme in upper case", f"HTTPS://{HOST}/c/{GOOD}"),
    "upper-case-host": ("the host in upper case", f"https://{HOST.upper()}/c/{GOOD}"),
    "upper-case-path": ("the path in upper case", f"{ORIGIN}/C/{GOOD}"),
    "plain-http": ("plain http for a host that is not this machine", f"http://{HOST}/c/{GOOD}"),
    "user-in-host": ("our host as the user name of another", f"https://{HOST}@foreign.example/c/{GOOD}"),
    "space-before-scheme": ("a space before the scheme", f" {ORIGIN}/c/{GOOD}"),
    "other-path": ("another path", f"{ORIGIN}/d/{GOOD}"),
    "script": ("a script address", f"javascript:alert(1)//{HOST}/c/{GOOD}"),
    "backslash": ("a backslash in the host", f"https://foreign.example\\{HOST}/c/{GOOD}"),
    "unicode-host": ("a host with a Cyrillic letter that looks like ours", f"https://c\u043ede.demo.example/c/{GOOD}"),
    "long-port": ("a port of six digits", f"{ORIGIN}:123456/c/{GOOD}"),
    "no-scheme": ("no scheme", f"{HOST}/c/{GOOD}"),
}
FOREIGN = {
    "other-host": ("a copied code behind another host", "https://foreign.example"),
    "longer-host": ("our host as the beginning of another", f"https://{HOST}.foreign.example"),
    "subdomain": ("a subdomain of our host", f"https://www.{HOST}"),
    "other-port": ("our host on another port", f"{ORIGIN}:8443"),
    "final-dot": ("our host with a final dot", f"https://{HOST}."),
    "loopback": ("this machine, on a port that the trust list does not name", "http://127.0.0.1:8000"),
}


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield refused("text-empty", "no text at all", "", "symbol_empty")
    yield refused("text-no-digits", "an address without digits", f"{ORIGIN}/c/", "symbol_empty")
    yield refused("text-too-long", "1,301 digits, all well formed", f"{ORIGIN}/c/{'1' * 1301}", "symbol_too_long")
    yield refused("text-leading-zero", "a zero before the digits", f"{ORIGIN}/c/0{GOOD}", "symbol_leading_zero")
    yield refused("text-zero", "the number 0", "0", "symbol_leading_zero")
    for name, (description, text) in NOT_DIGITS.items():
        yield refused(f"text-{name}", description, text, "symbol_not_digits")
    for name, (description, text) in NOT_ADDRESS.items():
        yield refused(f"text-{name}", description, text, "symbol_not_address")
    for name, (description, origin) in FOREIGN.items():
        yield refused(f"host-{name}", description, address(token(), origin), "host_unknown")
