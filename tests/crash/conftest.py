"""The registers of the tests of services are killed here too."""

from __future__ import annotations
