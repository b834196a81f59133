"""Regions and partitions: those in the data of the installed botocore."""

from __future__ import annotations

import functools
import re

import attrs
from botocore.loaders import Loader


@attrs.frozen
class _Partition:
    """
    A set of Regions that has nothing to do with the others.

    Attributes:
        name: As in ARNs, ``aws-cn``.
        pattern: What the names of its Regions look like, those to come among them.
        regions: Those that it has.
        dns_suffix: What host names in it end with.
        dual_stack_suffix: Likewise, of hosts that have an IPv6 address too.
    """

    name: str
    pattern: str
    regions: frozenset[str]
    dns_suffix: str
    dual_stack_suffix: str


@functools.cache
def _partitions() -> tuple[_Partition, ...]:
    return tuple(
        _Partition(
            data["id"],
            data["regionRegex"],
            # Beside the Regions there is a name for what is in none, aws-global.
            frozenset(name for name in data["regions"] if name[-1].isdigit()),
            data["outputs"]["dnsSuffix"],
            data["outputs"]["dualStackDnsSuffix"],
        )
        for data in Loader().load_data("partitions")["partitions"]
    )


@functools.lru_cache(maxsize=256)
def _partition(region: str) -> _Partition:
    """Return the partition of *region*; one that is not listed is told by its name."""
    partitions = _partitions()
    listing = (each for each in partitions if region in each.regions)
    alike = (each for each in partitions if re.match(each.pattern, region))
    return next(listing, None) or next(alike, partitions[0])


def partition_of(region: str) -> str:
    return _partition(region).name


def partitions() -> list[str]:
    """Return the names of all partitions."""
    return [each.name for each in _partitions()]


@functools.lru_cache(maxsize=256)
def hosts_of(service: str, region: str) -> frozenset[str]:
    """Return the names of the hosts that botocore takes for *service* in *region*."""
    partition = _partition(region)
    return frozenset(
        f"{name}.{region}.{suffix}"
        for name in (service, f"{service}-fips")
        for suffix in (partition.dns_suffix, partition.dual_stack_suffix)
    )


def is_in_china(region: str) -> bool:
    """Tell whether *region* is one where other algorithms are the law."""
    return partition_of(region) == "aws-cn"


@functools.cache
def known_regions() -> frozenset[str]:
    """Return the Regions that there are, in all partitions."""
    return frozenset().union(*(partition.regions for partition in _partitions()))
