"""What a person pastes is reduced to a link or a number, and nothing is made genuine by it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from licence_qr.domain.publishing.pasted import Pasted, PastedAs, number_in, reduced

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "pasted.json").read_text(encoding="utf-8")
)
TEXTS: list[dict[str, Any]] = VECTORS["texts"]
(HOST, _) = HOSTS = VECTORS["hosts"]
LINK = next(each["text"] for each in TEXTS if each["description"] == "the link itself")
NUMBER = "A3C5-HR4R-BV67-YR21-Z"


@pytest.mark.parametrize("vector", TEXTS, ids=[each["description"] for each in TEXTS])
def test_a_text_is_what_the_vector_says(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    others = tuple(map(tuple, expected.get("others", ())))  # written where there are any
    assert reduced(vector["text"], HOSTS) == Pasted(
        PastedAs(expected["kind"]), tuple(expected["texts"]), expected["host"], others
    )


def test_there_is_a_vector_of_every_kind() -> None:
    assert {each["expected"]["kind"] for each in TEXTS} == {kind.value for kind in PastedAs}
    assert len({each["description"] for each in TEXTS}) == len(TEXTS)


def test_no_change_of_a_digit_is_mended() -> None:
    """Whatever one character of the digits is made, no reading is the link that it was."""
    chance = random.Random(20261130)
    start = len(f"https://{HOST}/c/")
    for _ in range(2_000):
        at = chance.randrange(start, len(LINK))
        other = chance.choice([char for char in "0123456789abcXYZ.-/?#% 谢\u200b" if char != LINK[at]])
        assert LINK not in reduced(LINK[:at] + other + LINK[at + 1 :], HOSTS).texts


def test_anything_that_stands_around_a_link_leaves_it_as_it_is() -> None:
    around = ["", " ", "\n", "\u200b", "请看", "。", "，", "（", "Look: ", '"', "<", "：", "\u3000"]
    for before in around:
        for after in ["?from=singlemessage&isappinstalled=0", "/", "#a", "!", ")", *around[:6]]:
            assert reduced(before + LINK + after, HOSTS).texts == (LINK,), (before, after)


@pytest.mark.parametrize(
    "text", ["\ud800", "https://\ud800/c/12", "https://" + "ä" * 300, "https://[", "https://..。/c/1"]
)
def test_a_text_that_no_host_can_have_ends_in_a_kind(text: str) -> None:
    assert reduced(text, HOSTS).kind in (PastedAs.TEXT, PastedAs.WEB, PastedAs.CODE)


@pytest.mark.parametrize("piece", ["a", "1", "1 ", "https://", "a.", "A3C5-", "1-", "https://a/c/1 ", "。"])
def test_a_long_text_is_read_in_the_time_of_its_length(piece: str) -> None:
    """A pattern that went back over it would not end."""
    assert reduced(piece * 30_000, HOSTS).kind is not PastedAs.NUMBER


@pytest.mark.parametrize(
    "text",
    ["https://" + "汉" * 99_000, "1 " * 1_000_000, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 1_000_000],
)
def test_a_text_without_end_or_host_is_not_looked_through(text: str) -> None:
    assert reduced(text, HOSTS).kind in (PastedAs.TEXT, PastedAs.WEB)


@pytest.mark.parametrize(
    "text", [NUMBER, f"https://{HOST}/rate/{NUMBER}", f"回执号：{NUMBER.lower()}。", f"\u200b{NUMBER}"]
)
def test_a_number_is_found_in_an_address_and_among_words(text: str) -> None:
    assert number_in(text) == NUMBER.replace("-", "")


def test_what_holds_no_number_is_given_back_to_be_told_about() -> None:
    assert number_in("hello") == "hello"
