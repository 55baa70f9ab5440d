"""The catalogue that ships with the package, read once for all tests that only ask it."""

from __future__ import annotations

from licence_qr.catalogue.loader import load_catalogue

CATALOGUE = load_catalogue()
