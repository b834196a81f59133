"""TagResource, UntagResource, ListResourceTags."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from ..api.errors import TagException
from ..serving import pages
from ..serving.request import Request, Response
from ..values.key import KmsKey


def tag_resource(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, TagResource."""
    added = dict(checked_tags(request, request.params["Tags"]))
    # A tag that is overwritten keeps its place.
    tags = {**dict(key.tags), **added}
    _check_number(request, tags)
    request.registry.put_key(attrs.evolve(key, tags=tuple(tags.items())))
    return {}


def untag_resource(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UntagResource."""
    removed = request.params["TagKeys"]
    _check_reserved(removed)
    tags = tuple(tag for tag in key.tags if tag[0] not in removed)
    request.registry.put_key(attrs.evolve(key, tags=tags))
    return {}


def list_resource_tags(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListResourceTags."""
    return pages.of_sequence(
        request, "Tags", key.tags, entry=_list_entry, name=lambda tag: tag[0], default=50
    )


def checked_tags(
    request: Request, tags: Iterable[Mapping[str, str]]
) -> tuple[tuple[str, str], ...]:
    """
    Return *tags*, a TagList of the API, as pairs.

    Raises:
        TagException: A key is reserved or comes twice, or there are too many.
    """
    pairs = tuple((tag["TagKey"], tag["TagValue"]) for tag in tags)
    keys = [key for key, _ in pairs]
    _check_reserved(keys)
    if len(set(keys)) < len(keys):
        raise TagException("Duplicate tag keys")
    _check_number(request, keys)
    return pairs


def _check_reserved(keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise TagException("Tags beginning with aws: are reserved")


def _check_number(request: Request, tags: Collection[str]) -> None:
    if len(tags) > request.quotas.tags_per_key:
        raise TagException("Too many tags")


def _list_entry(tag: tuple[str, str]) -> dict[str, str]:
    return {"TagKey": tag[0], "TagValue": tag[1]}
