"""Endpoints, and nothing without the extra that they need."""

from __future__ import annotations

import importlib.util
import os

# Where all extras have to be there, nothing is left out, and the tests say so by failing.
if os.environ.get("KMSMOCK_EXTRAS") != "required" and importlib.util.find_spec("tornado") is None:
    collect_ignore_glob = ["test_*.py"]
