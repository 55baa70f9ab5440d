"""Random draws of places and officers (双随机) from a published list, by a seed that became known later.

Anyone can repeat a draw from the published list and seed; docs/verifying/random-draws.md says how, in words and in
twenty lines of Python. Only integers and SHA-256 are used, so the result does not depend on a library's random
generator.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.errors import InputError, RuleError
from licence_qr.wording.text import Text

FORMAT = 1
OFFICERS_A_PLACE = 2
MAX_PLACES = 500
MAX_SEED_CHARS = 200
_NUMBER_BYTES = 8
_MEANING = "licence-qr draw 1"


class DrawState(StrEnum):
    """The state of a draw. An announced list stays published in every state."""

    ANNOUNCED = "announced"  # the list is frozen, the seed not known
    SETTLED = "settled"  # drawn
    CALLED_OFF = "called_off"


DRAW_STATE_WORDS: Mapping[DrawState, Text] = {
    DrawState.ANNOUNCED: Text("已公告，待抽取", "Announced, not drawn yet"),
    DrawState.SETTLED: Text("已抽取", "Drawn"),
    DrawState.CALLED_OFF: Text("抽查作废", "Draw void"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that can be drawn, by its permit. ``grade`` the id of one, or empty; ``weight`` how often it lies in the urn.

    ``recused`` are the numbers of officers who may not inspect it (回避). All of it is published.
    """

    permit_no: str
    uscc: str
    holder_name: str
    address: str
    grade: str
    weight: int
    recused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """One drawn place and the numbers of its two officers, in the order drawn."""

    candidate: Candidate
    officers: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DrawList:
    """The list that is drawn from: ``places`` of the candidates, and two of ``officers`` (their numbers) for each."""

    office: str
    title: str
    places: int
    officers: tuple[int, ...]
    candidates: tuple[Candidate, ...]

    def canonical(self) -> str:
        """The text that is published and hashed: JSON, keys sorted, no spaces, candidates by permit number, officers
        ascending.

        Raises RuleError ``draw_places`` (none asked for, more than there are, or more than 500) or
        ``draw_officers_few`` (fewer than two officers for a place).
        """
        if not 1 <= self.places <= min(len(self.candidates), MAX_PLACES):
            raise RuleError("draw_places", places=self.places, most=min(len(self.candidates), MAX_PLACES))
        for candidate in self.candidates:
            if len(set(self.officers) - set(candidate.recused)) < OFFICERS_A_PLACE:
                raise RuleError("draw_officers_few", permit_no=candidate.permit_no, least=OFFICERS_A_PLACE)
        whole = {
            "format": FORMAT,
            "office": self.office,
            "title": self.title,
            "places": self.places,
            "officers": sorted(set(self.officers)),
            "candidates": [_row(each) for each in sorted(self.candidates, key=lambda each: each.permit_no)],
        }
        return canonical_json(whole)

    @classmethod
    def of_canonical(cls, text: str) -> DrawList:
        """The list in a text written by ``canonical``."""
        whole = json.loads(text)
        candidates = tuple(
            Candidate(
                permit_no=permit_no,
                uscc=uscc,
                holder_name=holder,
                address=address,
                grade=grade,
                weight=weight,
                recused=tuple(recused),
            )
            for permit_no, uscc, holder, address, grade, weight, recused in whole["candidates"]
        )
        return cls(whole["office"], whole["title"], whole["places"], tuple(whole["officers"]), candidates)


def _row(candidate: Candidate) -> list[Any]:
    c = candidate
    return [c.permit_no, c.uscc, c.holder_name, c.address, c.grade, c.weight, sorted(c.recused)]


def sha256_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of ``text`` in hexadecimal: the hash of a list, or the commitment to a secret."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse_seed(text: str, field: str = "seed") -> str:
    """Read a typed seed, trimmed.

    Raises InputError ``draw_seed`` unless it is 1 to 200 printable ASCII characters: whoever repeats the draw has to
    type it.
    """
    seed = text.strip()
    if not seed or len(seed) > MAX_SEED_CHARS or not (seed.isascii() and seed.isprintable()):
        raise InputError("draw_seed", field=field, most=MAX_SEED_CHARS)
    return seed


def numbers(list_text: str, seed: str) -> Iterator[int]:
    """The integers below 2⁶⁴ that a list and a seed give: SHA-256 over a key and a counter from 0."""
    key = hashlib.sha256(f"{_MEANING}\n{sha256_of(list_text)}\n{seed}".encode()).digest()
    counter = 0
    while True:
        block = hashlib.sha256(key + counter.to_bytes(8, "big")).digest()
        yield int.from_bytes(block[:_NUMBER_BYTES], "big")
        counter += 1


def below(stream: Iterator[int], limit: int, span: int = 2 ** (8 * _NUMBER_BYTES)) -> int:
    """The next number below ``limit``, without bias: numbers in the uneven rest of ``span`` are skipped."""
    fair = span - span % limit
    return next(number for number in stream if number < fair) % limit


def draw(list_text: str, seed: str) -> tuple[Pick, ...]:
    """Draw with ``seed``: first all places, without repetition, then two officers for each."""
    stream, drawn_from = numbers(list_text, seed), DrawList.of_canonical(list_text)
    places = _places(stream, drawn_from)
    return tuple(Pick(place, _officers(stream, drawn_from.officers, place)) for place in places)


def _places(stream: Iterator[int], drawn_from: DrawList) -> list[Candidate]:
    urn = list(drawn_from.candidates)
    total = sum(candidate.weight for candidate in urn)
    found = []
    for _ in range(drawn_from.places):
        position = _position(urn, below(stream, total))
        found.append(urn.pop(position))
        total -= found[-1].weight
    return found


def _position(urn: Sequence[Candidate], ticket: int) -> int:
    """The index of the candidate with this ticket; each holds as many in a row as its weight."""
    for position, candidate in enumerate(urn):
        if ticket < candidate.weight:
            return position
        ticket -= candidate.weight
    raise AssertionError("a ticket beyond the urn")


def _officers(stream: Iterator[int], officers: Sequence[int], place: Candidate) -> tuple[int, int]:
    fit = [number for number in officers if number not in place.recused]
    first = fit.pop(below(stream, len(fit)))
    return first, fit[below(stream, len(fit))]
