"""Hypothesis for all tests: no deadline, because a busy machine must not make a right program fail."""

from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
