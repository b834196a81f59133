"""
One mocked KMS as it runs: the service, its clock, the record and the faults.

Everything that answers for it goes through here: the hook for the application,
the wire path, and the handles of the test.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Mapping
from json import scanner
from pathlib import Path
from typing import Any

import attrs

from . import sources
from .calls.calls import CallError, Calls
from .clock import Clock
from .crypto.keypool import KeyPool
from .doors import answers, clients, hook
from .faults import Fault, Faults, checked
from .service.api.errors import KmsError
from .service.auto_create import create
from .service.misuse import KmsMockError
from .service.service import Service
from .service.serving import finding
from .service.serving.request import Options, Request, Response
from .service.state.backings import Backings
from .service.state.key_maker import KeyMaker
from .service.state.registry import Registry
from .service.values import key_pairs
from .service.values.key import KmsKey
from .service.values.quotas import AWS_QUOTAS, Quotas
from .settings import Settings, configured_region

# (text, where to begin) -> the value and where it ends. Takes half as long as `json.loads`,
# which looks for an encoding and for white space.
_decode_json = scanner.make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # typeshed errs


class Backend:
    """
    One mocked KMS.

    Args:
        settings: How it is set.
        outer: What it starts as a copy of; None is an empty KMS.

    Attributes:
        account: The account of callers that are not somebody else.
        calls: The record.
        clock: The service's time.
        faults: What is scheduled to go wrong.
        is_wired: A call could have to go over the wire.
    """

    clock: Clock
    _service: Service

    def __init__(self, settings: Settings, outer: Backend | None = None) -> None:
        self._settings = settings
        self.account = settings.account
        self.calls = Calls()
        self.clock = Clock(outer.clock.offset if outer else 0.0)
        self.faults = Faults()
        self.is_wired = settings.transport == "wire"
        quotas = AWS_QUOTAS if outer is None else outer._service.options.quotas
        if outer is None:
            self.registry = Registry(KeyMaker(shared_pool if settings.key_pool else None))
        else:
            self.registry = outer.registry.copy()
        self._service = Service(
            self.clock.__call__,  # Python calls a method faster than an object
            self.registry,
            Options(
                page_size=settings.page_size,
                transition_seconds=settings.transition_seconds,
                create_missing=create if settings.auto_create else None,
                quotas=quotas if quotas is AWS_QUOTAS else attrs.evolve(quotas),
            ),
        )

    @property
    def own_region(self) -> str | None:
        """The Region that the settings name, None if they leave it to the environment."""
        return self._settings.region

    @property
    def region(self) -> str:
        """The Region of keys and clients that name none."""
        return self.own_region or configured_region()

    @property
    def transition_seconds(self) -> float:
        return self._service.options.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self._service.options = attrs.evolve(self._service.options, transition_seconds=seconds)

    @property
    def quotas(self) -> Quotas:
        """How much of each thing there can be. They are made when asked for; few tests do."""
        options = self._service.options
        if options.quotas is AWS_QUOTAS:
            self._service.options = options = attrs.evolve(options, quotas=Quotas())
        return options.quotas

    # What the hook says.

    def answer(
        self, operation: str, body: bytes, region: str, signer: Any
    ) -> tuple[answers.DirectResponse, dict[str, Any]]:
        """Answer one call of the application, and put it on record."""
        request = self._request(operation, body, region, signer)
        source = sources.caller()
        try:
            response = self._service.handle(request)
        except KmsError as error:
            refusal = CallError(error.code, error.message)
            self.calls.add(request, None, refusal, source)
            return answers.of_error(error, request.id)
        except KmsMockError as error:
            hook.misuse(error)
            raise
        self.calls.add(request, response, None, source)
        has_containers = request.shapes.has_containers
        return answers.of_response(response, request.id, has_containers=has_containers)

    def goes_over_the_wire(self, operation: str) -> bool:
        """Tell whether botocore is to make a request of a call of *operation*."""
        return self._settings.transport == "wire" or self.faults.concern(operation)

    def decline(self, operation: str, params: Any, signer: Any, context: Any) -> None:
        """Let botocore go on with a call, and answer it when it would be sent."""
        from .doors import wire  # not at the top: few tests need it

        region = context["client_region"]
        make_request = functools.partial(self._request, operation, params["body"], region, signer)
        wire.decline(self, make_request, params, signer, context)

    def schedule(self, fault: Fault) -> Fault:
        """Let *fault* happen, or raise `KmsMockError` if it never could."""
        __tracebackhide__ = True
        self.faults.add(checked(fault))
        self.is_wired = True
        return fault

    # What the wire says.

    def handle(self, request: Request) -> Response:
        """Answer *request* off the record."""
        return self._service.handle(request)

    def keys_of(self, request: Request) -> tuple[KmsKey, ...]:
        """Return the keys that *request* concerns, as far as it is sound."""
        return self._service.keys_of(request)

    def _request(self, operation: str, body: bytes, region: str, signer: Any) -> Request:
        account, principal = self.account, ""
        # Nearly always there are none, and this is the path of every call.
        if clients.principals:
            principal = clients.principal_of(signer) or ""
            account = account_of(principal) if principal else account
        decoded = _decode_json(body.decode(), 0)[0]
        return Request(operation, decoded, region, account, principal, answers.new_request_id())

    # What a handle says.

    def perform(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        region: str,
        account: str,
        key_id: str | None = None,
        material: bytes | None = None,
    ) -> Response:
        """Do *operation* off the record, or raise what botocore would raise."""
        __tracebackhide__ = True
        request = Request(
            operation=operation,
            body=_to_json(params),
            region=region,
            account=account,
        )
        request.key_id = key_id
        request.material = material
        try:
            return self._service.handle(request)
        except KmsError as error:
            raise clients.exception(error, operation) from None

    def value_of(self, arn: str) -> KmsKey:
        """Return the key with that ARN, or raise what botocore would raise."""
        __tracebackhide__ = True
        self.registry.settle(self.clock())
        _, _, _, region, account, resource = arn.split(":")
        key = self.registry.places[account, region].keys.get(resource.removeprefix("key/"))
        if key is None:
            raise clients.exception(finding.no_key(arn), "DescribeKey")
        return key

    def finish_transition(self, key: KmsKey) -> None:
        """End the transient state of *key*, or its rotation in progress, now."""
        self.registry.finish_transition(key, self.clock())

    def aliases_of(self, key: KmsKey) -> tuple[str, ...]:
        return self.registry.places[key.account, key.region].aliases_of(key.key_id)

    def change_backings(self, change: Callable[[Backings], object]) -> None:
        """Let *change* happen to what can back custom key stores."""
        with self.registry.lock:
            # What was due before happens in the world as it was.
            self.registry.settle(self.clock())
            change(self.registry.backings)

    def share(self, key: KmsKey, accounts: tuple[str, ...]) -> None:
        """Let a RAM share give *key* to *accounts*."""
        self.registry.put_key(attrs.evolve(key, shared_with=accounts))

    def delete(self, key: KmsKey) -> None:
        self.registry.remove_key(key, self.clock())

    def values(self) -> list[KmsKey]:
        """Return all keys, first those of its own account and Region."""
        self.registry.settle(self.clock())
        home = (self.account, self.region)
        places = sorted(self.registry.places.all(), key=lambda at: (at.account, at.region) != home)
        return [key for place in places for key in place.keys]


def shared_pool() -> KeyPool:
    """Return the pool of key pairs of this process, in pytest's cache folder if there is one."""
    return _pool_in(hook.cache_folder())


@functools.cache
def _pool_in(folder: Path | None) -> KeyPool:
    return KeyPool(key_pairs.generate, folder)


@functools.lru_cache(maxsize=256)
def account_of(principal: str) -> str:
    """Return the account of *principal*, or raise `KmsMockError` if that is no ARN of one."""
    __tracebackhide__ = True
    match = re.fullmatch(r"arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.+", principal)
    if match is None:
        raise KmsMockError(
            f"principal={principal!r} is no ARN of a principal; write for example "
            "'arn:aws:iam::123456789012:role/app'."
        )
    return match[1]


def _to_json(value: Any) -> Any:
    """Return *value* as the JSON of a request has it: bytes in Base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    return value
