"""docs/running/limits.md says the figures that the program counts by."""

from __future__ import annotations

import re
from pathlib import Path

from licence_qr.services.feedback.reports import PHOTOS_OF_ALL, PHOTOS_OF_NETWORK
from licence_qr.services.register import look_ups, sign_in_limits
from licence_qr.web.account import known_device

PAGE = (Path(__file__).parents[3] / "docs" / "running" / "limits.md").read_text(encoding="utf-8")


def test_the_limits_of_signing_in_are_those_of_the_program() -> None:
    told = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) minutes \|$", PAGE, re.MULTILINE)
    of_account, of_network = sign_in_limits.OF_ACCOUNT_AND_NETWORK, sign_in_limits.OF_NETWORK
    counted = [*of_account, sign_in_limits.OF_ACCOUNT, *of_network, sign_in_limits.OF_ALL, sign_in_limits.OF_DEVICE]
    counted += [sign_in_limits.CONFIRMING_FROM_NETWORK, sign_in_limits.CONFIRMING]
    assert told == [(str(limit.most), str(limit.seconds // 60)) for limit in counted]
    assert f"within the last {known_device.LIFETIME.days} days" in PAGE


def test_the_limits_of_visitors_are_those_of_the_program() -> None:
    visitors = look_ups.for_visitors("any", "any")
    assert (visitors.missed.limit.seconds, visitors.found.limit.seconds) == (600, 600)
    assert (
        f"{visitors.missed.limit.most} in 10 minutes" in PAGE and f"{visitors.found.limit.most:,} in 10 minutes" in PAGE
    )
    assert (PHOTOS_OF_NETWORK.seconds, PHOTOS_OF_ALL.seconds) == (3600, 3600)
    assert f"{PHOTOS_OF_NETWORK.most} an hour, and {PHOTOS_OF_ALL.most} an hour from everywhere" in PAGE
    assert f"at most {look_ups.MOST_NETWORKS:,}" in " ".join(PAGE.split())
