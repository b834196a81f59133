"""What is compared: a client that the mock answers, the floor, and moto."""

from __future__ import annotations

import contextlib
import gc
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import botocore
import botocore.session
from moto import mock_aws

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors import sessions

REGION: Final = "us-east-1"


class Floor:
    """
    botocore alone: a client whose ``before-call`` handler returns a constant.

    Attributes:
        client: The client.
        answer: What it gets, whatever it calls.
    """

    _HTTP: Final = types.SimpleNamespace(status_code=200, headers={}, content=b"", text="")

    def __init__(self, client: Any) -> None:
        self.client = client
        self.answer: tuple[Any, Any] = (self._HTTP, {})
        client.meta.events.register("before-call.kms", lambda **_: self.answer)

    def takes(self, response: Any) -> None:
        """Let *response*, a real answer, be the constant."""
        self.answer = (self._HTTP, response)


@attrs.frozen
class Sides:
    """
    The three clients, and in `active` what answers them.

    Attributes:
        kms: A client as the application has one.
        floor: botocore without any work.
        moto: A client that moto answers.
    """

    kms: Any
    floor: Floor
    moto: Any

    @classmethod
    def new(cls, region: str = REGION) -> Sides:
        sessions.register()
        kms = new_client(region)
        botocore.unregister_initializer(sessions.install)
        try:
            sides = cls(kms, Floor(new_client(region)), new_client(region))
        finally:
            sessions.register()
        with sides.active() as mock:
            sides._check(mock)
        gc.freeze()  # what is imported by now stays, and slows collections down
        return sides

    @contextlib.contextmanager
    def active(self) -> Iterator[KmsMock]:
        """Start moto and the mock, both without keys, side by side."""
        with mock_aws(), mock_kms() as mock:
            yield mock

    def _check(self, mock: KmsMock) -> None:
        """Make sure that each client is answered by its own side."""
        self.kms.list_keys()
        self.floor.takes({"Keys": "constant"})
        assert self.floor.client.list_keys()["Keys"] == "constant"
        self.moto.list_keys()
        assert mock.calls.operations == ["ListKeys"], "the mock answered another side"


def new_client(region: str = REGION) -> Any:
    """Return a client of a session of its own."""
    return botocore.session.Session().create_client(
        "kms", region_name=region, aws_access_key_id="bench", aws_secret_access_key="bench"
    )


def method(client: Any, operation: str) -> Callable[..., Any]:
    """Return the method of *client* for *operation*, a name of the API."""
    found: Callable[..., Any] = getattr(client, botocore.xform_name(operation))
    return found
