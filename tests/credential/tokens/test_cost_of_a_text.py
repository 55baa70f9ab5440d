"""What the worst texts cost: memory and work are bounded by the format, not by who made the text. No stop-watch here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import parts
import pytest
from python_verdict import verdict

MEGABYTE = 1 << 20
MOST_MEMORY = 32 * MEGABYTE
# Lines of Python run for one text and its lists; a genuine one takes about 600.
MOST_LINES = 5_000
CORPUS = sorted((Path(__file__).parents[2] / "vectors").glob("*/*.json"))
ORIGIN = parts.ORIGIN


def usual(text: str, **more: object) -> dict[str, Any]:
    content = {"text": text, "now": parts.NOW, "root_key": parts.ROOT.point.hex(), "trust_list": parts.TRUSTED.hex()}
    return content | more


def payload_of(raw: bytes) -> str:
    return parts.address(parts.token(raw))


def heavy() -> Iterator[tuple[str, dict[str, Any]]]:
    """Texts that try to be expensive: long ones, deep ones, and heads that promise more than there is."""
    yield "digits", usual(f"{ORIGIN}/c/" + "9" * 3_000_000)
    yield "other letters", usual(f"{ORIGIN}/c/" + "\u0669" * 1_000_000)
    yield "slashes", usual("/c/" * 1_000_000)
    yield "host", usual("https://" + "a." * 1_000_000 + "/c/1")
    yield "most digits", usual("9" * 1300)
    yield "deep arrays", usual(payload_of(b"\x81" * 200))
    yield "great array", usual(payload_of(b"\x9b" + b"\x7f" * 8))
    yield "great array of 32 bits", usual(payload_of(b"\x9a\x7f\xff\xff\xff"))
    yield "great bytes", usual(payload_of(b"\x5b" + b"\x7f" * 8))
    yield "great text", usual(payload_of(b"\x7a\x7f\xff\xff\xff"))
    yield "great map", usual(payload_of(b"\xbb" + b"\x7f" * 8))
    yield "great number", usual(payload_of(parts.payload(version=2**64 - 1)))
    yield "big number", usual(payload_of(parts.payload_with(b"\xc2\x58\x60" + b"\xff" * 96, "version")))
    yield "decimal fraction", usual(payload_of(parts.payload_with(bytes.fromhex("c4821a7fffffff01"), "version")))
    most = {"status_list": parts.status_list(parts.status_claims(count=100_000)).hex()}
    yield "most permits", usual(payload_of(parts.payload(permit_count=65535)), **most)


HEAVY = dict(heavy())


@pytest.mark.parametrize("name", HEAVY)
def test_no_text_takes_more_than_32_megabytes(name: str) -> None:
    assert peak(HEAVY[name]) < MOST_MEMORY


def test_no_vector_takes_more_than_one_megabyte_beside_what_it_brings() -> None:
    for path in CORPUS:
        content = json.loads(path.read_text(encoding="utf-8"))
        assert peak(content) < MEGABYTE + 2 * len(json.dumps(content)), path.stem


def test_a_status_list_is_unpacked_no_further_than_its_limit() -> None:
    bomb = parts.status_claims(count=4 * 64 * MEGABYTE)  # 64 MB of zeros in 64 KB
    content = usual(payload_of(parts.payload()), status_list=parts.status_list(bomb).hex())
    assert verdict(content)["code"] == "status_list_data"
    assert peak(content) < MOST_MEMORY


def peak(content: dict[str, Any]) -> int:
    """The most memory in bytes that judging ``content`` holds at one time."""
    verdict(usual("0"))  # what is loaded once, such as the time zone, is nobody's
    tracemalloc.start()
    try:
        verdict(content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def lines_run(content: dict[str, Any]) -> int:
    """How many lines of Python are run to judge ``content``, libraries included: the work, whatever the machine."""
    count = 0

    def step(_frame: object, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        verdict(content)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", [name for name in HEAVY if name != "most permits"])
def test_the_work_for_a_text_does_not_grow_with_the_text(name: str) -> None:
    assert lines_run(HEAVY[name]) < MOST_LINES


def test_the_process_itself_grows_by_less_than_32_megabytes() -> None:
    """All heavy texts one after another: what the libraries take outside Python's own memory counts too."""
    program = (
        "import resource, test_cost_of_a_text as t\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "t.verdict(t.usual('0')); before = peak()\n"
        "for content in t.HEAVY.values(): t.verdict(content)\n"
        "print(peak() - before)"
    )
    folder = Path(__file__).parent
    environ = os.environ | {"PYTHONPATH": str(folder.parents[1] / "vectors")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environ, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * 1024 < MOST_MEMORY
