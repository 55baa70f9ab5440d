"""docs/running/limits.md says the figures that the program counts by."""

from __future__ import annotations

import re
from pathlib import Path

from licence_qr.domain.feedback.alike import MANY_FROM_ONE_NETWORK, MOST_FROM_ONE_NETWORK
from licence_qr.domain.feedback.room import MOST_SHORT_TEXT, RoomLimits
from licence_qr.services.accounts import sign_in_limits
from licence_qr.services.accounts.second_factor import limits
from licence_qr.services.feedback.intake import (
    MOST_PHOTO_BYTES,
    PHOTOS_OF_ALL,
    PHOTOS_OF_NETWORK,
    REPORTS_OF_NETWORK,
)
from licence_qr.services.register import look_ups
from licence_qr.web.accounts import known_device

PAGE = (Path(__file__).parents[3] / "docs" / "running" / "limits.md").read_text(encoding="utf-8")


def test_the_limits_of_signing_in_are_those_of_the_program() -> None:
    told = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) minutes \|$", PAGE, re.MULTILINE)
    of_account, of_network = sign_in_limits.OF_ACCOUNT_AND_NETWORK, sign_in_limits.OF_NETWORK
    counted = [*of_account, sign_in_limits.OF_ACCOUNT, *of_network, sign_in_limits.OF_ALL, sign_in_limits.OF_DEVICE]
    counted += [sign_in_limits.OF_OFFICE_DEVICE]
    counted += [sign_in_limits.CONFIRMING_FROM_NETWORK, sign_in_limits.CONFIRMING]
    counted += [sign_in_limits.CONFIRMING_BESIDE, sign_in_limits.CONFIRMING_BESIDE_ALL]
    assert told == [(str(limit.most), str(limit.seconds // 60)) for limit in counted]
    assert f"within the last {known_device.LIFETIME.days} days" in PAGE


def test_the_limits_of_second_factors_are_those_of_the_program() -> None:
    told = re.findall(r"^\| a second factor [^|]+ \| (\d+) and (\d+) \| 15 minutes and a day \|$", PAGE, re.MULTILINE)
    counted = [
        (limits.OF_STRANGER, limits.OF_STRANGER_IN_A_DAY),
        (limits.OF_DEVICE, limits.OF_DEVICE_IN_A_DAY),
        (limits.CONFIRMING, limits.CONFIRMING_IN_A_DAY),
    ]
    assert told == [(str(short.most), str(long.most)) for short, long in counted]
    assert {(short.seconds, long.seconds) for short, long in counted} == {(15 * 60, 24 * 3600)}


def test_the_limits_of_visitors_are_those_of_the_program() -> None:
    visitors = look_ups.for_visitors("any", "any")
    assert (visitors.missed.limit.seconds, visitors.found.limit.seconds) == (600, 600)
    assert (
        f"{visitors.missed.limit.most} in 10 minutes" in PAGE and f"{visitors.found.limit.most:,} in 10 minutes" in PAGE
    )
    assert (PHOTOS_OF_NETWORK.seconds, PHOTOS_OF_ALL.seconds) == (3600, 3600)
    assert f"{PHOTOS_OF_NETWORK.most} an hour, and {PHOTOS_OF_ALL.most} an hour from everywhere" in PAGE
    assert f"at most {look_ups.MOST_NETWORKS:,}" in " ".join(PAGE.split())


def test_the_room_for_reports_is_that_of_the_program() -> None:
    limits, mega, told = RoomLimits(), 1 << 20, " ".join(PAGE.split())
    assert f"fewer than {limits.short_reports:,} reports" in told and f"from {limits.most_reports:,} reports on" in told
    assert (limits.short_free_bytes, limits.photo_bytes, MOST_PHOTO_BYTES) == (1024 * mega, 1024 * mega, mega)
    assert f"with less than {limits.least_free_bytes // mega} MB free" in told
    assert f"after {MOST_FROM_ONE_NETWORK} about one business on one day" in told
    assert REPORTS_OF_NETWORK.seconds == 3600
    assert f"{REPORTS_OF_NETWORK.most} an hour, each of at most {MOST_SHORT_TEXT} characters" in told
    assert MANY_FROM_ONE_NETWORK == 5 and "that were five or more from one network" in told
