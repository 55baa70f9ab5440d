"""Holders, premises, permits, signed codes, marks, accounts and the append-only history."""
