"""What nobody would send, and how a request is spoilt with it."""

from __future__ import annotations

import base64
import copy
import functools
import math
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st
from requested import NOW, text

# What nobody would send.

TEXTS: Final = [
    *("", " ", "é", "\0", "٣", "İ", "\ud800", "x\udfff", "a" * 3000, "a" * 140_000),
    *("alias/", "alias/é", "alias/aws/s3", "alias/app", "arn:aws:kms:", ":" * 9, "mrk-" + "0" * 32),
    *("arn:aws:kms:us-east-1:210987654321:alias/x", "arn:aws:kms:eu-west-1:123456789012:key/x"),
    *("1234abcd-12ab-34cd-56ef-1234567890ab", "=", "AA=A", "!!!!", "AAAA\n", "eA==", "cn-north-1"),
    *("SYMMETRIC_DEFAULT", "RSA_2048", "RAW", "EXTERNAL", "IGNORE_CIPHERTEXT", "*" * 30 + "!"),
]
NUMBERS: Final = [
    *(0, -1, 1, 7, 30, 1025, 2**31, 2**63, -(2**63), 10**400, -(10**400), 10**4299, 10**5000),
    *(-(10**5000), 0.5, 1e300, math.inf, -math.inf, math.nan, NOW, NOW + 5, 253_402_300_800, 1e18),
]
DEPTHS: Final = [1, 2, 50, 325, 900, 5000]


def nested(depth: int, name: str | None) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value] if name is None else {name: value}
    return value


hostile_values = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([None, True, False, [], {}, [None], {"a": None}, {"": 1}]).map(copy.copy),
    st.builds(nested, st.sampled_from(DEPTHS), st.sampled_from([None, "a", "TagKey"])),
    st.builds(
        lambda size: text(bytes(size)), st.sampled_from([0, 1, 16, 32, 184, 256, 6144, 7000])
    ),
    st.lists(st.sampled_from([*TEXTS[:12], *NUMBERS[:8]]), max_size=3),
    st.text(max_size=5),
    st.binary(max_size=300).map(text),
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each thing in *value*, as far down as a request goes."""
    if at:
        yield at
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, item in inner if len(at) < 6 else ():
        yield from paths(item, (*at, name))


def spoil(data: st.DataObject, body: Any, values: st.SearchStrategy[Any] = hostile_values) -> None:
    """Change one thing somewhere in *body*, mostly to one of *values*."""
    known = list(paths(body))
    if not known or data.draw(st.integers(0, 7)) == 0:
        body[data.draw(st.sampled_from(["Extra", "", "é", "DryRun", "KeyId"]))] = data.draw(values)
        return
    *way, last = data.draw(st.sampled_from(known))
    holder = functools.reduce(lambda value, name: value[name], way, body)
    how = data.draw(st.sampled_from(["replace", "replace", "remove", "cut", "flip"]))
    if how == "remove":
        del holder[last]
    elif how == "replace" or not isinstance(holder[last], str | bytes) or not holder[last]:
        holder[last] = data.draw(values)
    elif isinstance(holder[last], bytes):
        holder[last] = _garbled(data, how, holder[last])
    else:
        holder[last] = _garbled_text(data, how, holder[last])


def _garbled_text(data: st.DataObject, how: str, given: str) -> str:
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError:
        at = data.draw(st.integers(0, len(given) - 1))
        return given[:at] + given[at + 1 :]
    return text(_garbled(data, how, raw)) if raw else given


def _garbled(data: st.DataObject, how: str, given: bytes) -> bytes:
    """Return *given* with a part cut out or a bit flipped."""
    raw = bytearray(given)
    at = data.draw(st.integers(0, len(raw) - 1))
    if how == "flip":
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del raw[at : at + data.draw(st.integers(1, 200))]
    return bytes(raw)
