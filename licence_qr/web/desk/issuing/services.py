"""What the steps of an application are handed."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.services.cases.counter import CounterItems
from licence_qr.services.issuing.drafts import Applications
from licence_qr.services.issuing.signatures import Signatures
from licence_qr.services.lifecycle.credit_record import Bars
from licence_qr.web.shell.handed import Handed


@dataclass(frozen=True, slots=True)
class IssuingServices:
    """``demonstration``: credit codes may be allotted here, so none need be typed."""

    applications: Applications
    signatures: Signatures
    bars: Bars
    items: CounterItems
    demonstration: bool


services = Handed(IssuingServices)
