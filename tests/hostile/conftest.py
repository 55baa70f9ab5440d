"""Starts of the front over a small application."""

from fronted import front

__all__ = ["front"]
