"""Writes the corpus: one file a vector, under refused/ and genuine/. The same bytes whenever it runs; see README.md.

python tests/vectors/make_vectors.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import allow_list_faults
import envelope_faults
import genuine
import list_faults
import payload_faults
import text_faults
from parts import Vector

HERE = Path(__file__).parent


def corpus() -> Iterator[tuple[str, str]]:
    """Path below this folder and content of every file."""
    sources = (text_faults, envelope_faults, payload_faults, list_faults, allow_list_faults)
    for folder, vectors in (
        ("refused", [vector for source in sources for vector in source.vectors()]),
        ("genuine", list(genuine.vectors())),
    ):
        for vector in vectors:
            yield f"{folder}/{vector.name}.json", _written(vector)


def _written(vector: Vector) -> str:
    return json.dumps(vector.content(), ensure_ascii=True, indent=1) + "\n"


def main() -> None:
    """Write all files and remove those that no vector writes any more."""
    files = dict(corpus())
    for stale in {path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.json")} - files.keys():
        (HERE / stale).unlink()
    for name, content in files.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
