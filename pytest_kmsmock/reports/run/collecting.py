"""Collecting the rows of a test from the records of its mocks."""

from __future__ import annotations

from collections.abc import Iterable

from ... import sources
from ...backend import Backend
from ...handles import finding
from ...record import Row
from ...service.values.key import KmsKey
from ...sources import Source
from .rows import CallRow, KeyRow, Step, steps_of


class Collecting:
    """What one test has called so far."""

    def __init__(self) -> None:
        self._calls: list[tuple[CallRow, int]] = []
        self._begin: float | None = None
        # By ARN: keys that no one name tells from others.
        self._keys: dict[str, KeyRow] = {}
        self._unnamed = 0
        # A source is asked for again and again.
        self._shown: dict[Source | None, tuple[str, str]] = {}

    def add(self, phase: str, rows: Iterable[Row], backend: Backend) -> None:
        """Add what *backend* has on record of the calls of a phase."""
        for row in rows:
            if self._begin is None:
                self._begin = row.time
            call = CallRow(
                phase=phase,
                operation=row.operation,
                error=None if row.error is None else row.error.code,
                retried=backend.record.retried.get(row.request_id, ()),
                keys=tuple(
                    (self._key(key, row.aliases if number == 0 else (), backend), key.state)
                    for number, key in enumerate(row.keys)
                ),
                source=self._source(row.source)[0],
                function=self._source(row.source)[1],
                principal=row.principal,
                region=row.region,
            )
            self._calls.append((call, max(0, int(row.time - self._begin))))

    def steps(self) -> tuple[Step, ...]:
        return tuple(steps_of(self._calls))

    def _key(self, key: KmsKey, aliases: Iterable[str], backend: Backend) -> KeyRow:
        known = self._keys.get(key.arn)
        if known is None:
            name = next(iter(aliases or finding.aliases_of(backend, key)), None)
            if name is None and key.has_fixed_id:
                name = key.key_id
            is_named = name is not None
            if name is None:
                self._unnamed += 1
                name = f"key {self._unnamed}"
            known = self._keys[key.arn] = KeyRow(
                name, is_named, key.spec.name, key.usage, key.account, key.region
            )
        return known

    def _source(self, source: Source | None) -> tuple[str, str]:
        shown = self._shown.get(source)
        if shown is None:
            # Of another process no more is known than where.
            function = "" if source is None or isinstance(source, str) else source[0].co_qualname
            shown = self._shown[source] = (sources.shown(source), function)
        return shown
