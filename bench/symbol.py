"""How fast a QR symbol is made, against the default of ``qrcode`` for the same text in the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from licence_qr.printing.qr import make_symbol

GOAL = 4.0
SYMBOLS = 30
DIGITS = {"licence + 1 permit": 470, "licence + 5 permits": 620}


def by_default(text: str) -> int:
    """The library as its documentation shows it. Returns the version."""
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return int(code.version)


def by_us(text: str) -> int:
    """The same symbol by ``make_symbol``. Returns the version."""
    return make_symbol(text).version


def seconds_for(make: Callable[[str], int], texts: list[str]) -> float:
    """Seconds to make all ``texts``."""
    start = time.perf_counter()
    for text in texts:
        make(text)
    return time.perf_counter() - start


def measure() -> list[dict[str, str | float]]:
    """One row a size: the figure, the goal, what was measured, and the ratio of the library's time to ours."""
    rows: list[dict[str, str | float]] = []
    for name, length in DIGITS.items():
        source = random.Random(length)
        prefix = "https://ym.example.gov.cn/c/"
        texts = [prefix + "".join(source.choices("0123456789", k=length)) for _ in range(SYMBOLS)]
        assert {by_default(text) for text in texts} == {by_us(text) for text in texts}
        library, ours = seconds_for(by_default, texts), seconds_for(by_us, texts)
        rows.append(
            {
                "figure": f"QR symbol, {name} (version {by_us(texts[0])}-M)",
                "goal": f">= {GOAL:g} x qrcode's default",
                "measured": f"{1000 * ours / SYMBOLS:.2f} ms, library {1000 * library / SYMBOLS:.2f} ms",
                "ratio": f"{library / ours:.1f}",
            }
        )
    return rows


def main() -> None:
    """Print the rows."""
    for row in measure():
        print(f"{row['figure']}: goal {row['goal']}, measured {row['measured']}, ratio {row['ratio']:.1f}")


if __name__ == "__main__":
    main()
