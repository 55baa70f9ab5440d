"""Holders, premises, permits, signed codes, marks and the append-only history."""
