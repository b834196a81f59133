"""A service whose answers are the same in every run."""

from __future__ import annotations

import json

from ..crypto.repeatable import RepeatableRandomness
from .service import Service
from .serving.request import Request, Response


class RepeatableService(Service):
    """AWS KMS as `Service` is, where what a call draws follows from what it asks for."""

    def handle(self, request: Request) -> Response:
        randomness = self.registry.randomness
        assert isinstance(randomness, RepeatableRandomness)  # whoever made this has seen to it
        with randomness.within(_asked(request)):
            return super().handle(request)


def _asked(request: Request) -> bytes:
    """Return what *request* asks for, as bytes; the order of members does not matter."""
    try:
        body = json.dumps(request.body, sort_keys=True, default=repr)
    # Of what a client has sent by itself, as keys that cannot be sorted: it will be refused.
    except (TypeError, ValueError, RecursionError):
        body = ""
    # Neither Region nor account: those of a mock can come from the environment of the run.
    return f"{request.operation}\n{body}".encode(errors="surrogatepass")
