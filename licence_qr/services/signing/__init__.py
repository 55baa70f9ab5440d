"""Signing the combined record into the next version of a code, and what every grant has to ask first."""
