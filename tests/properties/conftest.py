"""Properties take as long as the machine of the day lets them."""

from __future__ import annotations

from hypothesis import settings

# A deadline fails on a busy machine, and says nothing of the law.
settings.register_profile("properties", deadline=None, max_examples=50)
settings.load_profile("properties")
