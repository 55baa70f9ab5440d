"""Proposing a grave act and deciding one."""
