"""Backups as files: encrypted objects by hash, snapshots that name them, and when the last one was made."""
