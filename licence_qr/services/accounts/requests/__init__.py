"""Requests that one person makes and a second person answers."""
