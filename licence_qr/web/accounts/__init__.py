"""Signing in and out, and forms that the end of a session interrupted."""
