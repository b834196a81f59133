"""
The shadow: each call is sent to the endpoint that its client would call, and compared.

The two have other keys, so what they call by names of their own, IDs, ARNs, ciphertexts,
tokens, is learnt from their answers and translated in what is sent next. Whatever goes
wrong with it, no test hears of it but by its report.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import inspect
import json
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import create_parser

from .. import sources
from ..backend import Backend
from ..service.api.shapes import service_model
from ..service.values.identifiers import is_key_id, parse_arn
from .desk import Incoming, request_of
from .guard import moto_answers

_SENT: Final = ("X-Amz-Target", "Content-Type")
_MOST_SECONDS: Final = 10
# What names keys in a request.
_NAMING: Final = ("KeyId", "SourceKeyId", "DestinationKeyId", "TargetKeyId")
# What only the KMS that has made it can open or confirm, by the member that has it.
_MADE: Final[Mapping[str, str]] = {
    "Decrypt": "CiphertextBlob",
    "ReEncrypt": "CiphertextBlob",
    "Verify": "Signature",
    "VerifyMac": "Mac",
}
# How others refuse it.
_NOT_OURS: Final = frozenset(
    (
        *("AccessDeniedException", "IncorrectKeyException", "InvalidCiphertextException"),
        *("KMSInvalidMacException", "KMSInvalidSignatureException"),
    )
)
_SHORTEST_NAME: Final = 12
# What members end with that are such names.
_NAMES: Final = ("Id", "Arn", "Token", "Marker")
_shadows: weakref.WeakKeyDictionary[Backend, Shadow] = weakref.WeakKeyDictionary()


def of(backend: Backend) -> Shadow:
    """Return the shadow of *backend*."""
    found = _shadows.get(backend)
    if found is None:
        found = _shadows[backend] = Shadow(backend)
    return found


class Shadow:
    """
    What the endpoint of one mock's clients answers.

    Attributes:
        names: What the endpoint calls what the mock calls otherwise.
    """

    def __init__(self, backend: Backend) -> None:
        self._notes = backend.notes
        # Not the mock itself, which has it as long as it lives.
        self._backend: weakref.ref[Backend] = weakref.ref(backend)
        self.names: dict[str, str] = {}

    def begin(
        self, incoming: Incoming, url: str, signer: Any, context: Any
    ) -> dict[str, Any] | None:
        """Send a call; return the parsed answer, None if there is none to compare with."""
        try:
            stranger = self._stranger(incoming)
            if stranger is not None:
                self._note(incoming, f"not sent, since the endpoint does not know {stranger}")
                return None
            if incoming.operation == "ImportKeyMaterial":
                self._leave(incoming)
                return None
            if moto_answers():
                self._note(incoming, "not sent, since moto is active in this process")
                return None
            return self._send(incoming, url, signer, context)
        except Exception as error:
            # Credentials, connections, whatever it is: the test goes on without it.
            self._note(incoming, f"not sent: {type(error).__name__}: {error}")
            return None

    def compare(
        self, incoming: Incoming, ours: Mapping[str, Any], theirs: Mapping[str, Any]
    ) -> None:
        """Note in what *theirs* is another answer, and learn its names."""
        code, their_code = _code(ours), _code(theirs)
        member = _MADE.get(incoming.operation)
        if (
            code is None
            and their_code in _NOT_OURS
            and member
            and not self._knows(incoming, member)
        ):
            self._note(incoming, f"not compared, since the endpoint has not made its {member}")
            return
        if code != their_code:
            told = theirs.get("Error", {}).get("Message", "")
            self._note(
                incoming,
                f"code: {code or 'an answer'} here, {their_code or 'an answer'} there"
                + (f" ({told})" if told else ""),
            )
            return
        if code is not None:
            text = self.translated(ours["Error"].get("Message", ""))
            told = theirs["Error"].get("Message", "")
            if text != told:
                self._note(incoming, f"text: {text!r} here, {told!r} there")
            return
        shape = service_model().operation_model(incoming.operation).output_shape
        if shape is not None:
            for difference in self._differences("", shape, ours, theirs):
                self._note(incoming, difference)

    def translated(self, text: str) -> str:
        """Return *text* with the endpoint's names for the mock's."""
        exact = self.names.get(text)
        if exact is not None:
            return exact
        for ours, theirs in self.names.items():
            if len(ours) >= _SHORTEST_NAME and ours in text:
                text = text.replace(ours, theirs)
        return text

    def _stranger(self, incoming: Incoming) -> str | None:
        """Return the name of a key of the mock that the endpoint has not made."""
        backend = self._backend()
        assert backend is not None  # it is being called
        request = request_of(backend, incoming)
        for key in backend.service.keys_of(request):
            named = [request.params.get(name, "") for name in _NAMING]
            by_alias = any(str(name).rpartition(":")[2].startswith("alias/") for name in named)
            if key.arn not in self.names and not by_alias:
                return key.arn
        return None

    def _leave(self, incoming: Incoming) -> None:
        """Leave a key alone whose material is on its way, wrapped for nobody but the mock."""
        self._note(incoming, "not sent, since its material is wrapped for the mock alone")
        backend = self._backend()
        assert backend is not None  # as above
        for key in backend.service.keys_of(request_of(backend, incoming)):
            self.names.pop(key.arn, None)

    def _knows(self, incoming: Incoming, member: str) -> bool:
        return json.loads(incoming.body).get(member) in self.names

    def _send(
        self, incoming: Incoming, url: str, signer: Any, context: Any
    ) -> dict[str, Any] | None:
        if inspect.iscoroutinefunction(signer.sign):
            self._note(incoming, "not sent, since asynchronous clients are not shadowed")
            return None
        body = incoming.body if isinstance(incoming.body, bytes) else str(incoming.body).encode()
        translated = json.dumps(self._in(json.loads(body))).encode()
        headers = {name: _text(incoming.headers[name]) for name in _SENT}
        request = AWSRequest(method="POST", url=url, headers=headers, data=translated)
        request.context.update(context)
        signer.sign(incoming.operation, request)
        config = context["client_config"]
        patience = int(min(config.read_timeout or _MOST_SECONDS, _MOST_SECONDS))
        answer = _session(patience).send(request.prepare())
        model = service_model().operation_model(incoming.operation)
        response = {
            "body": answer.content,
            "headers": answer.headers,
            "status_code": answer.status_code,
        }
        parsed: dict[str, Any] = _parser().parse(response, model.output_shape)
        return parsed

    def _in(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._in(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._in(item) for item in value]
        return self.translated(value) if isinstance(value, str) else value

    def _differences(self, path: str, shape: Shape, ours: Any, theirs: Any) -> Iterator[str]:
        if isinstance(shape, StructureShape):
            for name, member in shape.members.items():
                inner = f"{path}.{name}" if path else name
                if (name in ours) != (name in theirs):
                    here, there = ("", "not ") if name in ours else ("not ", "")
                    yield f"member: {inner} is {here}here, and {there}there"
                elif name in ours:
                    yield from self._differences(inner, member, ours[name], theirs[name])
        elif isinstance(shape, ListShape):
            # How many there are is a matter of what each has; the first shows its members.
            for mine, other in list(zip(ours, theirs, strict=False))[:1]:
                yield from self._differences(f"{path}[]", shape.member, mine, other)
        elif not isinstance(shape, MapShape):
            yield from self._of_value(path, shape, ours, theirs)

    def _of_value(self, path: str, shape: Shape, ours: Any, theirs: Any) -> Iterator[str]:
        if isinstance(ours, dt.datetime):
            return
        if isinstance(ours, bytes) or (isinstance(ours, str) and _is_name(path, ours)):
            self._learn(_leaf(ours), _leaf(theirs))
        elif isinstance(ours, bool | str) and _translated(ours, self) != theirs:
            yield f"text: {path} is {ours!r} here, {theirs!r} there"

    def _learn(self, ours: str, theirs: str) -> None:
        self.names[ours] = theirs
        arn, their_arn = parse_arn(ours), parse_arn(theirs)
        if arn is not None and their_arn is not None:
            self.names[arn.account] = their_arn.account

    def _note(self, incoming: Incoming, what: str) -> None:
        self._notes.append(f"{incoming.operation} ({sources.shown(incoming.source)}): {what}")


def _is_name(path: str, text: str) -> bool:
    """Tell whether *text* is a name of a KMS's own."""
    return path.endswith(_NAMES) or is_key_id(text) or parse_arn(text) is not None


def _translated(value: Any, shadow: Shadow) -> Any:
    return shadow.translated(value) if isinstance(value, str) else value


def _code(answer: Mapping[str, Any]) -> str | None:
    error = answer.get("Error")
    return None if error is None else str(error.get("Code"))


def _leaf(value: Any) -> str:
    """Return *value* as the JSON of a request has it."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@functools.cache
def _parser() -> Any:
    return create_parser("json")


@functools.cache
def _session(patience: int) -> Any:
    return URLLib3Session(timeout=patience)
