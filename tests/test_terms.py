"""One term has one name in each language, wherever it stands, and the names that recur stand in one place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain

import pytest
from pairs import HANZI, ROOT, Pair, pairs

from licence_qr.wording.terms import terms
from tools import states_table, terms_table

pytestmark = pytest.mark.xdist_group("sources")  # parsed once for all of them

LONGEST = 12  # characters of Chinese: a label, not a sentence
_AROUND = "：:，,。.；; （）()【】"
_ACT = "the act on a button, and the event in the history, have tenses in English only"
# Chinese that has several English forms, and English that stands for several Chinese ones: each with the reason.
SEVERAL_ENGLISH = {
    "至": "joins two dates, in English as the sentence goes",
    "提议": _ACT,
    **dict.fromkeys(("准予许可", "不予许可", "申请延续", "准予延续", "不予延续"), _ACT),
    "登记出示的证件": _ACT,
    **dict.fromkeys(("列入名录或加注标记", "移出名录或取消标记"), _ACT),
}
SEVERAL_CHINESE = {
    "refused": "a permit is 不予许可, a proposal 未获同意",
    "refuse": "a permit is 不予许可, a proposal 不同意",
    "swimming pool": "the regulation's kind of place, its checklist, and the trade",
    **dict.fromkeys(("proposal", "report", "rating"), "one in a sentence, and the room of all over a list"),
    "gym": "the regulation's kind of place, and the trade",
}


@cache
def labels() -> tuple[Pair, ...]:
    """The pairs that are names: short, with nothing filled in. What the demonstration says of itself is none."""
    return tuple(
        pair
        for pair in pairs()
        if pair.whole and pair.kind != "demonstration" and HANZI.search(pair.zh) and len(_plain(pair.zh)) <= LONGEST
    )


def _plain(text: str) -> str:
    return text.strip(_AROUND)


def _english(text: str) -> str:
    """Without case, and one for a plural, which Chinese does not have."""
    return _plain(text).lower().removesuffix("s")


def test_one_chinese_term_has_one_english():
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in labels():
        found[_plain(pair.zh)][_english(pair.en)] = pair.place
    several = {zh: places for zh, places in found.items() if len(places) > 1}
    assert {zh: places for zh, places in several.items() if zh not in SEVERAL_ENGLISH} == {}
    assert set(SEVERAL_ENGLISH) <= set(several)


def test_one_english_term_has_one_chinese():
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in labels():
        found[_english(pair.en)][_plain(pair.zh)] = pair.place
    several = {en: places for en, places in found.items() if len(places) > 1}
    known = {_english(en) for en in SEVERAL_CHINESE}
    assert {en: places for en, places in several.items() if en not in known} == {}
    assert known <= set(several)


def test_labels_were_found_in_every_kind_of_place():
    assert {pair.kind for pair in labels()} == {"template", "module", "script", "sentence", "catalogue", "term"}


def test_a_term_is_written_nowhere_but_in_its_table():
    known = {(text.zh, text.en): f"{group}.{name}" for group, named in terms().items() for name, text in named.items()}
    again = [
        f"{pair.place}: {known[pair.zh, pair.en]}"
        for pair in labels()
        if pair.kind in {"template", "module", "script"} and (pair.zh, pair.en) in known
    ]
    assert not again, "\n".join(again)


_NAMED = re.compile(r"""\b(?:term|both_terms|state)\(f?["'](\w+)\.(\w+|\{[^}]+\})["']\)|\bTERMS\.(\w+)(?:\.(\w+))?""")


def named() -> Iterator[tuple[str, str, str]]:
    """Where a term is asked for, its group and its name; the name is "" where it is put together."""
    for path in chain(
        (ROOT / "licence_qr").rglob("*.py"), (ROOT / "templates").rglob("*.html"), (ROOT / "static").rglob("*.js")
    ):
        if "vendor" not in path.parts and path not in (terms_table.FILE, states_table.FILE):
            for one, two, three, four in _NAMED.findall(path.read_text(encoding="utf-8")):
                yield path.name, one or three, "" if "{" in two else two or four


def test_every_term_that_is_asked_for_is_in_the_table_and_the_reverse():
    asked = {(group, name) for _, group, name in named()}
    table = {(group, name) for group, names in terms().items() for name in names}
    assert [
        each for each in named() if each[2] and each[1:] not in table and each[0] not in ("terms.py", "states.py")
    ] == []
    assert sorted(table - asked - {(group, name) for group, name in table if (group, "") in asked}) == []


def test_the_table_for_scripts_was_made_from_the_terms_of_today():
    assert terms_table.FILE.read_text(encoding="utf-8") == terms_table.table(), "run python -m tools.terms_table"
    assert states_table.FILE.read_text(encoding="utf-8") == states_table.table(), "run python -m tools.states_table"
