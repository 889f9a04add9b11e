"""Settings of all tests: property tests draw the same cases everywhere, however slow a machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")
