"""What softly enforced policies would have refused: a line for each reason and place."""

from __future__ import annotations

import collections
from collections.abc import Iterable

from ..backend import Backend
from ..calls.call import Call


def would_be_refused(backends: Iterable[Backend]) -> list[str]:
    """Return lines on the calls since this was last asked, of mocks that refuse nothing."""
    counts: dict[str, int] = collections.Counter()
    for backend in backends:
        if backend.enforces == "soft":
            for row in backend.record.untold():
                call = Call(row, backend)
                if call.decision is not None and not call.decision.allowed:
                    counts[f"{call.source}  {call.decision.reason}"] += 1
    return [f"{line} ({count}×)" if count > 1 else line for line, count in counts.items()]
