"""TagResource, UntagResource, ListResourceTags."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from ..api.errors import TagException
from ..serving import consistency, pages
from ..serving.request import Request, Response
from ..values.key import KmsKey

# What tags can have besides letters, digits and spaces. Source: KMS Developer Guide, "Tags in
# AWS KMS"; the text is as reported, that letters are those of all scripts is inferred.
_SIGNS: Final = frozenset("_.:/=+-@")


def tag_resource(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, TagResource."""
    added = dict(checked_tags(request, request.params["Tags"]))
    # A tag that is overwritten keeps its place.
    tags = {**dict(key.tags), **added}
    _check_number(request, tags)
    consistency.keep_tags(request, key)
    request.draft.put_key(attrs.evolve(key, tags=tuple(tags.items())))
    return {}


def untag_resource(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UntagResource."""
    removed = request.params["TagKeys"]
    _check_reserved(removed)
    _check_characters(removed)
    tags = tuple(tag for tag in key.tags if tag[0] not in removed)
    consistency.keep_tags(request, key)
    request.draft.put_key(attrs.evolve(key, tags=tags))
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
        TagException: A key is reserved or comes twice, a character is none that tags
            can have, or there are too many.
    """
    pairs = tuple((tag["TagKey"], tag["TagValue"]) for tag in tags)
    keys = [key for key, _ in pairs]
    _check_reserved(keys)
    _check_characters(text for pair in pairs for text in pair)
    if len(set(keys)) < len(keys):
        raise TagException("Duplicate tag keys")
    _check_number(request, keys)
    return pairs


def _check_reserved(keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise TagException("Tags beginning with aws: are reserved")


def _check_characters(texts: Iterable[str]) -> None:
    for text in texts:
        if not all(character in _SIGNS or _is_plain(character) for character in text):
            raise TagException("Invalid tag")


def _is_plain(character: str) -> bool:
    """Tell whether *character* is a letter, a digit or a space, in any script."""
    return unicodedata.category(character)[0] in "LNZ"


def _check_number(request: Request, tags: Collection[str]) -> None:
    if len(tags) > request.quotas.tags_per_key:
        raise TagException("Too many tags")


def _list_entry(tag: tuple[str, str]) -> dict[str, str]:
    return {"TagKey": tag[0], "TagValue": tag[1]}
