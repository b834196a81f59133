"""Calls that lead nowhere: to a Region that botocore does not list."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..backend import Backend
from ..service.api.regions import hosts_of, known_regions


def leads_nowhere(backend: Backend, region: str, url: str) -> bool:
    """
    Tell whether a call of *region*, to *url*, would find no host.

    botocore makes a host name of whatever it is given. One that a program has given
    itself is its own business.
    """
    if region in known_regions() or backend.settings["unknown_regions"]:
        return False
    return urlsplit(url).hostname in hosts_of("kms", region)
