"""Signing in by the identity service of the government (OpenID Connect Core 1.0, authorization code flow)."""
