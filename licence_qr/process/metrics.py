"""What is counted, and how it is told to Prometheus: by route and class of status, never by whom or about what.

The server's workers count in files of one folder (``metrics_folder``), so each tells the counts of all. What is the same
whichever worker looks (ages of lists, free space) is not counted but read when somebody asks: a ``Reading``.

Another room plugs in by ``lane(name)``, whose gauges it moves up and down, or by a reading that the pages are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from licence_qr.process.ended_workers import undisturbed
from licence_qr.process.metrics_folder import reserve

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A kept scan takes some tenths of a millisecond, a sheet of cards some seconds.
_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.0, 10.0)

_counting = True
_own = CollectorRegistry()
_requests = Histogram(
    "licence_qr_request_seconds",
    "Time to an answer, by route and class of status",
    ["route", "status"],
    buckets=_SECONDS,
    registry=_own,
)
_lanes = Gauge(
    "licence_qr_lane_requests",
    "Requests in a lane, by state",
    ["lane", "state"],
    multiprocess_mode="livesum",
    registry=_own,
)


class UpAndDown(Protocol):
    """What counts how many there are now."""

    def inc(self) -> None:
        """One more."""

    def dec(self) -> None:
        """One less."""


class LaneGauges(NamedTuple):
    """The gauges of one lane: ``inc()`` when a request enters a state, ``dec()`` when it leaves it."""

    waiting: UpAndDown
    running: UpAndDown


class _Uncounted:
    """Where there is no room to count."""

    def inc(self) -> None:
        """Nothing."""

    def dec(self) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value read now. ``name`` is snake case with its unit; ``labels`` are few and name no person and no business."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def begin(folder: Path | None) -> None:
    """Count in ``folder`` from here on, in this worker. Where it has no room, nothing is counted and people are answered."""
    global _counting
    if folder is not None:
        try:
            reserve(folder)
        except OSError:
            _counting = False


def observe(route: str, status: str, seconds: float) -> None:
    """Count one answer: ``route`` is a template, never an address; ``status`` begins with its class."""
    if _counting:
        _answers(route, status[:1]).observe(seconds)


@lru_cache(maxsize=2048)  # finding a child by its labels costs as much as counting in it
def _answers(route: str, status: str) -> Histogram:
    return _requests.labels(route, f"{status}xx")


def lane(name: str) -> LaneGauges:
    """The gauges of the lane ``name``. What a worker that was killed held in it is no longer counted."""
    if not _counting:
        return LaneGauges(_Uncounted(), _Uncounted())
    return LaneGauges(_lanes.labels(name, "waiting"), _lanes.labels(name, "running"))


def exposition(readings: Iterable[Reading], folder: Path | None) -> bytes:
    """Everything in the text format of Prometheus. ``folder`` is the workers' common one; None where there is but one."""
    registry = CollectorRegistry()
    registry.register(_Readings(tuple(readings)))
    if folder is None:
        return generate_latest(registry) + generate_latest(_own)
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    with undisturbed(folder):
        return generate_latest(registry)


class _Readings:
    """Readings as a collector of prometheus-client."""

    def __init__(self, readings: tuple[Reading, ...]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        """One family for each name."""
        families: dict[str, GaugeMetricFamily] = {}
        for each in self._readings:
            names = [name for name, _ in each.labels]
            family = families.setdefault(
                each.name, GaugeMetricFamily(f"licence_qr_{each.name}", each.text, labels=names)
            )
            family.add_metric([value for _, value in each.labels], each.value)
        yield from families.values()
