"""Browser and system in two words, and nothing of what the browser sent."""

from __future__ import annotations

import pytest

from licence_qr.domain.accounts.devices import device_words

_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("", ""),
        ("curl/8.9.1", ""),
        ("<script>alert(1)</script>" * 1000, ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox · Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_CHROME} Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_CHROME} Chrome/142.0 Safari/537.36", "Chrome · Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Version/18.1 Safari/605.1.15", "Safari · Mac"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_SAFARI} CriOS/142.0 Safari/604.1",
            "Chrome · iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 15; K) {_CHROME} Chrome/142.0 Mobile Safari/537.36", "Chrome · Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14) {_CHROME} Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.55",
            "WeChat · Android",
        ),
        (
            f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {_CHROME} Chrome/132.0 Mobile Safari/537.36 HuaweiBrowser/6.0",
            "Huawei Browser · HarmonyOS",
        ),
    ],
)
def test_what_a_browser_sends_becomes_two_names(sent: str, words: str) -> None:
    assert device_words(sent) == words
