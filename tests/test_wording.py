"""Every error code has its sentences in both languages, and every sentence a code."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from pairs import HANZI, pairs
from sources import FILES, PACKAGE, nodes

from licence_qr import errors, wording
from licence_qr.errors import InputError, LicenceQRError, RegisterError

pytestmark = pytest.mark.xdist_group("sources")  # parsed once for all of them

FAMILIES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, LicenceQRError) and name != "InvalidApplication"
}
KEYS = ("zh", "en", "do_zh", "do_en")
# Methods that collect a problem instead of raising it; what they add to its facts is their own business.
COLLECTORS = {"refuse", "_refuse", "_refuse_kind"}


def literals(node: ast.expr) -> list[str]:
    """The constant texts an expression can be: a literal, or the branches of a conditional one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in literals(value)]
    return []


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call of an error family, or of a method that collects problems, with its name."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in FAMILIES | COLLECTORS:
                found.append((name, node))
    return found


@cache
def raised() -> dict[str, list[set[str] | None]]:
    """Code → the names of the facts at each place that raises it; None where they cannot be read off the call.

    A file that raises an error again with more facts (``UnreadableError(refusal.code, name=…)``) adds those to its own.
    """
    found: dict[str, list[set[str] | None]] = defaultdict(list)
    for path in FILES:
        here = calls(path)
        added = {k.arg for _, call in here if not literals(call.args[0]) for k in call.keywords if k.arg}
        for name, call in here:
            plain = name in FAMILIES and all(k.arg for k in call.keywords)
            facts = added | {k.arg for k in call.keywords if k.arg} if plain else None
            for code in literals(call.args[0]):
                found[code].append(facts)
    found["application_invalid"].append({"count"})  # by the constructor of InvalidApplication itself
    return found


def mentioned(code: str) -> bool:
    """Whether the package names the code as a text, or puts it together in an f-string that begins with words."""
    return code in _texts()[0] or any(re.fullmatch(pattern, code) for pattern in _texts()[1])


@cache
def _texts() -> tuple[set[str], set[str]]:
    texts: set[str] = set()
    patterns: set[str] = set()
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match("[a-z_]{4,}", str(getattr(node.values[0], "value", ""))):
                parts = [re.escape(v.value) if isinstance(v, ast.Constant) else ".+" for v in node.values]
                patterns.add("".join(parts))
    return texts, patterns


def placeholders(sentence: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_code_that_is_raised_has_its_sentences():
    known = wording.sentences()
    assert sorted(code for code in raised() if code not in known) == []


def whole(entry: Mapping[str, str]) -> bool:
    """Whether an entry says what and what to do in both languages, and says it in Chinese where it should."""
    return (
        set(entry) == set(KEYS)
        and all(entry[key].strip() for key in KEYS)
        and any("\u4e00" <= char <= "\u9fff" for char in entry["zh"] + entry["do_zh"])
    )


def test_every_code_says_what_and_what_to_do_in_both_languages():
    assert wording.sentences()
    wrong = sorted(code for code, entry in wording.sentences().items() if not whole(entry))
    assert not wrong, "\n".join(wrong)


def test_no_sentence_is_left_without_a_code():
    used = set(raised())
    assert sorted(code for code in wording.sentences() if code not in used and not mentioned(code)) == []


def test_no_code_is_explained_in_two_files():
    counts = Counter(
        code
        for path in (PACKAGE / "wording").glob("*.toml")
        for code in tomllib.loads(path.read_text(encoding="utf-8"))
    )
    assert [code for code, count in counts.items() if count > 1] == []


def test_every_fact_a_sentence_names_is_given_wherever_its_code_is_raised():
    wrong = []
    for code, places in raised().items():
        named = set().union(*(placeholders(wording.sentences()[code][key]) for key in KEYS))
        wrong += [(code, sorted(named - facts)) for facts in places if facts is not None and named - facts]
    assert wrong == []


def test_an_explanation_is_put_together_in_either_language():
    error = RegisterError("register_missing", path="var/register.db")
    assert "var/register.db" in wording.explain(error, "zh").what
    assert "licence-qr init" in wording.explain(error, "en").todo
    assert str(wording.explain(error, "zh")).startswith("找不到登记库 var/register.db。首次使用")


def test_what_a_visitor_typed_is_never_taken_for_a_placeholder():
    error = InputError("date_unreadable", field="established_on", found="{code} {0} %s")
    assert "{code} {0} %s" in wording.explain(error, "en").what


# After the first day of a period English has its word before it; the English months are not written there but named.
WITHOUT_ENGLISH = {("起", ""), ("年月日", "  1")}


def test_what_pages_say_in_chinese_they_say_in_english_too():
    found = [pair for pair in pairs() if pair.kind in {"template", "module"}]
    assert len({pair.place.split(":")[0] for pair in found if pair.kind == "template"}) > 40
    spoken = [pair for pair in found if HANZI.search(pair.zh + pair.en)]
    assert len(spoken) > 1000
    half = [
        pair
        for pair in spoken
        if (pair.zh, pair.en) not in WITHOUT_ENGLISH
        and (pair.zh == pair.en or not re.search("[A-Za-z]", pair.zh + pair.en))
    ]
    assert half == []


def test_a_sentence_says_one_and_several_in_good_english():
    said = [str(wording.explain(errors.AccessError("too_many_lookups", minutes=n), "en")) for n in (1, 2)]
    assert [re.search(r"again in (.+?),", each)[1] for each in said] == ["1 minute", "2 minutes"]
