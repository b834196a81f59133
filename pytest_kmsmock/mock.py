"""`KmsMock`, the one object behind the fixtures, the decorator and the context manager."""

from __future__ import annotations

import base64
import difflib
import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, overload

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from . import answers, clients, decorating, hook, sources
from .calls import Call, CallError, Calls
from .clock import Clock
from .crypto.keypool import KeyPool
from .faults import Disconnection, Fault, Faults, checked
from .handle import Key
from .service import find
from .service.auto_create import create
from .service.errors import KmsError
from .service.identifiers import alias_arn, is_key_id, new_key_id, root_arn
from .service.key import KmsKey
from .service.material import KeyMaker, is_sound, symmetric_length
from .service.misuse import KmsMockError, suggestion
from .service.registry import Registry
from .service.request import Options, Request, Response
from .service.service import Service
from .service.specs import KEY_SPECS, KeySpec
from .settings import (
    Settings,
    check_alias,
    checked_seconds,
    configured_region,
    is_account,
    is_region,
    settings_from,
)

Target = TypeVar("Target", bound=Callable[..., Any])

_SHOWN_KEYS = 10
# Half as long as `json.loads`, which looks for an encoding and for white space.
_decode_json = json.JSONDecoder().raw_decode
_ORIGINS = ("AWS_KMS", "EXTERNAL")
_STATES = ("Enabled", "Disabled", "PendingDeletion")
_STATES_WITHOUT_MATERIAL = ("PendingImport", "PendingDeletion")


class KmsMock:
    """
    AWS KMS in this process, while it is active: between enter and exit.

    Attributes:
        calls: What the application called; see `Calls`.
        clock: The service's time; see `Clock`.
        account: The account of callers that are not somebody else.
    """

    def __init__(self, settings: Settings | None = None, *, forks: bool = False) -> None:
        self._settings = settings or Settings()
        self._forks = forks
        self._is_active = False
        self._is_used = False
        self.account = self._settings.account
        self._start(self._new_registry(), offset=0.0)

    def _new_registry(self) -> Registry:
        return Registry(KeyMaker(_shared_pool if self._settings.key_pool else None))

    def _start(self, registry: Registry, *, offset: float) -> None:
        self.calls = Calls()
        self.clock = Clock(offset)
        self.faults = Faults()
        self.is_wired = self._settings.transport == "wire"
        self._registry = registry
        self._service = Service(
            self.clock,
            registry,
            Options(
                page_size=self._settings.page_size,
                transition_seconds=self._settings.transition_seconds,
                create_missing=create if self._settings.auto_create else None,
            ),
        )

    def __enter__(self) -> Self:
        if self._is_active:
            raise KmsMockError(
                "this mock of KMS is active already; to nest one in another, "
                "write `with mock_kms():` again."
            )
        outer = hook.active_mock() if self._forks else None
        if outer is not None:
            self._start(outer._registry.copy(), offset=outer.clock.offset)
        elif self._is_used:
            self._start(self._new_registry(), offset=0.0)
        self._is_active = self._is_used = True
        hook.push(self)
        try:
            for name in self._settings.keys:
                if self._registry.place(self.account, self.region).aliases.get(name) is None:
                    self.create_key(alias=name)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_active = False
        hook.pop(self)

    def __call__(self, target: Target) -> Target:
        """Decorate *target*, so that each call or test runs in a mock with these settings."""
        __tracebackhide__ = True
        return decorating.decorate(
            target, lambda forks: KmsMock(self._settings, forks=forks or self._forks)
        )

    def __repr__(self) -> str:
        return f"<KmsMock of account {self.account}, {self.region}: {len(self.keys)} keys>"

    # What a test asks and says.

    @property
    def own_region(self) -> str | None:
        """The Region that the settings name, None if they leave it to the environment."""
        return self._settings.region

    @property
    def region(self) -> str:
        """The Region of keys and clients that name none."""
        return self._settings.region or configured_region()

    @property
    def transition_seconds(self) -> float:
        """
        How long transient states and rotations on demand last.

        With 0 they are over at the next call. Otherwise they last until the
        service's clock has moved that far.
        """
        return self._service.options.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self._service.options = attrs.evolve(
            self._service.options, transition_seconds=checked_seconds(seconds)
        )

    @property
    def keys(self) -> list[Key]:
        """The keys of all accounts and Regions."""
        return [Key(key.arn) for key in self._values()]

    def key(self, identifier: str) -> Key:
        """
        Return the key with that ID, ARN, alias name or alias ARN.

        IDs and names are looked for in the mock's own account and Region
        first, then in all others.

        Raises:
            KmsMockError: There is none.
        """
        __tracebackhide__ = True
        if not isinstance(identifier, str):
            raise KmsMockError(
                f"kms.key() takes an ID, an ARN or an alias name, not {identifier!r}."
            )
        for key in self._values():
            if identifier in self._names(key):
                return Key(key.arn)
        known = {name: key for key in self._values() for name in self._names(key)}
        raise KmsMockError(
            f"there is no key {identifier!r}; {_known_keys(identifier, known)} "
            "Make one with kms.create_key()."
        )

    def create_key(
        self,
        *,
        alias: str | None = None,
        spec: str = "SYMMETRIC_DEFAULT",
        usage: str | None = None,
        origin: str = "AWS_KMS",
        state: str | None = None,
        policy: str | Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        description: str = "",
        multi_region: bool = False,
        region: str | None = None,
        account: str | None = None,
        key_id: str | None = None,
        material: bytes | None = None,
    ) -> Key:
        """
        Create a key; nothing of it is recorded as a call.

        Args:
            alias: ``alias/…``.
            usage: None is the spec's usual one.
            origin: ``AWS_KMS`` or ``EXTERNAL``, the latter for imported material.
            state: ``Enabled``, ``Disabled``, ``PendingDeletion`` (for 30 days), or
                ``PendingImport`` for a key of origin EXTERNAL without *material*.
            policy: The document, or its JSON; None is AWS's default policy.
            region: None is the mock's.
            account: 12 digits; None is the mock's.
            key_id: A UUID; None makes one up.
            material: The key material: 32 bytes for a symmetric key, the bytes of
                an HMAC key, or a private key in PKCS #8, DER or PEM. None makes it.

        Raises:
            KmsMockError: An argument makes no sense.
            botocore.exceptions.ClientError: AWS would refuse one.
        """
        __tracebackhide__ = True
        if not self._is_active:
            raise KmsMockError(
                "this mock of KMS is not active; create keys inside `with mock_kms() as kms:`."
            )
        region, account = self._place(region, account)
        if alias is not None:
            check_alias(alias, "alias")
        self._check_key_id(key_id, multi_region, region, account)
        _check_choice("origin", origin, _ORIGINS)
        waits = origin == "EXTERNAL" and material is None
        states = _STATES_WITHOUT_MATERIAL if waits else _STATES
        state = state or states[0]
        _check_choice("state", state, states)
        _check_choice("spec", spec, KEY_SPECS)
        _check_choice("usage", usage, (None, *KEY_SPECS[spec].usages))
        secret = None if material is None else _secret_of(material, KEY_SPECS[spec], region)
        params = {
            "KeySpec": spec,
            "KeyUsage": usage or KEY_SPECS[spec].usual_usage,
            "Origin": origin,
            "Description": description,
            "MultiRegion": multi_region,
            "Tags": _tag_list(tags),
        }
        if policy is not None:
            params["Policy"] = policy if isinstance(policy, str) else json.dumps(policy)
        created = self.perform(
            "CreateKey", params, region=region, account=account, key_id=key_id, material=secret
        )
        key = Key(created["KeyMetadata"]["Arn"])
        try:
            if secret is not None and origin == "EXTERNAL":
                key.import_material(secret)
            if alias is not None:
                self.perform(
                    "CreateAlias",
                    {"AliasName": alias, "TargetKeyId": key.id},
                    region=region,
                    account=account,
                )
        except BaseException:
            self.delete(self.value_of(key.arn))
            raise
        if state not in ("Enabled", "PendingImport"):
            operation = "DisableKey" if state == "Disabled" else "ScheduleKeyDeletion"
            self.perform(operation, {"KeyId": key.id}, region=region, account=account)
        return key

    def client(
        self, region: str | None = None, *, principal: str | None = None, **config: Any
    ) -> Any:
        """
        Return a botocore client of KMS, as the application has one.

        Args:
            region: None is the mock's.
            principal: The ARN of the caller, whose account the calls are made
                in; None is the mock's account itself.
            config: What botocore's `Config` takes, as ``retries={…}``.
        """
        __tracebackhide__ = True
        region, _ = self._place(region, None)
        if principal is not None:
            _account_of(principal)
        return clients.client(region, principal, config)

    def attach(self, client: Any) -> None:
        """
        Let the mock answer *client*, one that reaches AWS all the same.

        Only a client whose session was made before pytest loaded its plugins,
        or with an event system of its own, needs it.
        """
        if not hasattr(client, "meta"):
            raise KmsMockError(f"attach() takes a client of boto3 or botocore, not {client!r}.")
        hook.attach(client)

    def fail(
        self,
        operation: str,
        error: str,
        *,
        times: int | None = 1,
        after: int = 0,
        key: Key | str | None = None,
        message: str | None = None,
        allow_unused: bool = False,
    ) -> Fault:
        """
        Let *operation* answer with *error*, through botocore's real retries.

        Args:
            operation: As in the API, ``Decrypt``; ``*`` is every one.
            error: The code, ``KMSInternalException``, one that the operation can
                answer with.
            times: How many attempts fail, retries included; None is for ever.
            after: How many attempts go well before.
            key: The key that a call must concern; its handle, ID, ARN or alias.
            message: The error's text, None is the usual one.
            allow_unused: The test does not fail if nothing came of it.

        Raises:
            KmsMockError: It could never happen.
        """
        __tracebackhide__ = True
        wording = f"kms.fail({operation!r}, {error!r})"
        return self._schedule(
            Fault(
                operation,
                wording,
                error=error,
                message=message,
                times=times,
                after=after,
                arn=self._arn_of(key),
                allow_unused=allow_unused,
            )
        )

    def throttle(
        self,
        operation: str = "*",
        times: int | None = 1,
        *,
        after: int = 0,
        key: Key | str | None = None,
        allow_unused: bool = False,
    ) -> Fault:
        """Let *operation* be throttled; arguments as in `fail`."""
        __tracebackhide__ = True
        return self._schedule(
            Fault(
                operation,
                f"kms.throttle({operation!r})",
                error="ThrottlingException",
                times=times,
                after=after,
                arn=self._arn_of(key),
                allow_unused=allow_unused,
            )
        )

    def delay(
        self,
        operation: str,
        seconds: float,
        *,
        real: bool = False,
        times: int | None = 1,
        after: int = 0,
        key: Key | str | None = None,
        allow_unused: bool = False,
    ) -> Fault:
        """
        Let *operation* answer *seconds* later, by the service's clock.

        Longer than the client's read timeout it is that timeout. Other
        arguments are as in `fail`.

        Args:
            real: Sleep for real; the clock is not moved.
        """
        __tracebackhide__ = True
        return self._schedule(
            Fault(
                operation,
                f"kms.delay({operation!r}, {seconds!r})",
                delay=seconds,
                is_real=real,
                times=times,
                after=after,
                arn=self._arn_of(key),
                allow_unused=allow_unused,
            )
        )

    def disconnect(
        self,
        operation: str,
        kind: Disconnection = "refused",
        *,
        times: int | None = 1,
        after: int = 0,
        key: Key | str | None = None,
        allow_unused: bool = False,
    ) -> Fault:
        """
        Let the connection be lost in a call of *operation*; other arguments as in `fail`.

        Args:
            kind: ``refused``, ``read-timeout`` or ``closed``.
        """
        __tracebackhide__ = True
        return self._schedule(
            Fault(
                operation,
                f"kms.disconnect({operation!r}, {kind!r})",
                disconnection=kind,
                times=times,
                after=after,
                arn=self._arn_of(key),
                allow_unused=allow_unused,
            )
        )

    # What the hook says.

    def answer(
        self, operation: str, body: bytes, region: str, signer: Any
    ) -> tuple[answers.DirectResponse, dict[str, Any]]:
        """Answer one call of the application, and put it on record."""
        request = self._request(operation, body, region, signer)
        request_id = answers.new_request_id()
        try:
            response = self._service.handle(request)
        except KmsError as error:
            refusal = CallError(error.code, error.message)
            self.calls.add(Call(request, None, refusal, request_id, sources.caller()))
            return answers.of_error(error, request_id)
        except KmsMockError as error:
            hook.misuse(error)
            raise
        self.calls.add(Call(request, response, None, request_id, sources.caller()))
        return answers.of_response(response, request_id)

    def goes_over_the_wire(self, operation: str) -> bool:
        """Tell whether botocore is to make a request of a call of *operation*."""
        return self._settings.transport == "wire" or self.faults.concern(operation)

    def decline(self, operation: str, params: Any, signer: Any, context: Any) -> None:
        """Let botocore go on with a call, and answer it when it would be sent."""
        from . import wire  # not at the top: few tests need it

        region = context["client_region"]
        make_request = functools.partial(self._request, operation, params["body"], region, signer)
        wire.decline(self, make_request, params, signer, context)

    # What the wire says.

    def handle(self, request: Request) -> Response:
        """Answer *request* off the record."""
        return self._service.handle(request)

    def keys_of(self, request: Request) -> tuple[KmsKey, ...]:
        """Return the keys that *request* concerns, as far as it is sound."""
        return self._service.keys_of(request)

    def _request(self, operation: str, body: bytes, region: str, signer: Any) -> Request:
        # Nearly always there are none, and this is the path of every call.
        principal = clients.principal_of(signer) if clients.principals else None
        return Request(
            operation,
            _decode_json(body.decode())[0],
            region,
            self.account if principal is None else _account_of(principal),
            root_arn(region, self.account) if principal is None else principal,
        )

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
            principal=root_arn(region, account),
            key_id=key_id,
            material=material,
        )
        try:
            return self._service.handle(request)
        except KmsError as error:
            raise clients.exception(error, operation) from None

    def value_of(self, arn: str) -> KmsKey:
        """Return the key with that ARN, or raise what botocore would raise."""
        __tracebackhide__ = True
        self._registry.settle(self.clock())
        _, _, _, region, account, resource = arn.split(":")
        key = self._registry.place(account, region).keys.get(resource.removeprefix("key/"))
        if key is None:
            raise clients.exception(find.no_key(arn), "DescribeKey")
        return key

    def finish_transition(self, key: KmsKey) -> None:
        """End the transient state of *key*, or its rotation in progress, now."""
        self._registry.finish_transition(key, self.clock())

    def aliases_of(self, key: KmsKey) -> tuple[str, ...]:
        return self._registry.place(key.account, key.region).aliases_of(key.key_id)

    def delete(self, key: KmsKey) -> None:
        self._registry.remove_key(key, self.clock())

    # The rest.

    def _schedule(self, fault: Fault) -> Fault:
        __tracebackhide__ = True
        self.faults.add(checked(fault))
        self.is_wired = True
        return fault

    def _arn_of(self, key: Key | str | None) -> str | None:
        __tracebackhide__ = True
        if key is None:
            return None
        return key.arn if isinstance(key, Key) else self.key(key).arn

    def _values(self) -> list[KmsKey]:
        """Return all keys, those of the mock's own account and Region first."""
        self._registry.settle(self.clock())
        home = (self.account, self.region)
        places = sorted(
            self._registry.places(), key=lambda place: (place.account, place.region) != home
        )
        return [key for place in places for key in place.keys]

    def _names(self, key: KmsKey) -> list[str]:
        """Return all by which `key` finds *key*."""
        aliases = self.aliases_of(key)
        arns = (alias_arn(key.region, key.account, name) for name in aliases)
        return [*aliases, key.key_id, key.arn, *arns]

    def _place(self, region: str | None, account: str | None) -> tuple[str, str]:
        __tracebackhide__ = True
        if region is not None and not is_region(region):
            raise KmsMockError(
                f"region={region!r} is no AWS Region; write for example 'eu-west-1'."
            )
        if account is not None and not is_account(account):
            raise KmsMockError(f"account={account!r} is no account ID; write 12 digits in quotes.")
        return region or self.region, account or self.account

    def _check_key_id(
        self, key_id: str | None, multi_region: bool, region: str, account: str
    ) -> None:
        __tracebackhide__ = True
        if key_id is None:
            return
        is_multi_region_id = str(key_id).startswith("mrk-")
        if (
            not isinstance(key_id, str)
            or not is_key_id(key_id)
            or (is_multi_region_id and not multi_region)
        ):
            raise KmsMockError(
                f"key_id={key_id!r} is no key ID; write a UUID, for example {new_key_id()!r}."
            )
        if self._registry.place(account, region).keys.get(key_id) is not None:
            raise KmsMockError(
                f"there is a key {key_id!r} in {region} already; get it by kms.key({key_id!r})."
            )


@overload
def mock_kms(target: Target, /) -> Target: ...


@overload
def mock_kms(**options: Any) -> KmsMock: ...


def mock_kms(target: Any = None, /, **options: Any) -> Any:
    """
    Mock AWS KMS without a fixture.

    Write ``@mock_kms``, ``@mock_kms(region=…)`` or ``with mock_kms() as kms:``.
    It decorates functions, coroutine functions, generators (fixtures) and
    classes, `unittest.TestCase` among them. Each call or test gets an empty
    KMS of its own. The options are those of the marker; see `Settings`.
    """
    __tracebackhide__ = True
    mock = KmsMock(settings_from(options))
    return mock if target is None else mock(target)


def _check_choice(name: str, value: Any, choices: Any) -> None:
    __tracebackhide__ = True
    if not (value is None or isinstance(value, str)) or value not in choices:
        possible = [str(choice) for choice in choices if choice is not None]
        raise KmsMockError(
            f"a key cannot have {name}={value!r}.{suggestion(str(value), possible)} "
            f"It can have {', '.join(possible)}."
        )


def _secret_of(material: Any, spec: KeySpec, region: str) -> bytes:
    """Return *material* as the service keeps it, or raise unless it suits *spec*."""
    __tracebackhide__ = True
    if isinstance(material, bytes):
        secret = _pkcs8_of(material) if spec.kind == "asymmetric" else material
        if is_sound(secret, spec, region):
            return secret
    wanted = {
        "symmetric": f"{symmetric_length(region)} bytes",
        "hmac": "bytes, as many as KMS can import",
    }.get(spec.family, "a private key of that spec, the bytes of its PKCS #8 in DER or PEM")
    raise KmsMockError(f"this material does not suit a key of spec {spec.name}; give {wanted}.")


def _pkcs8_of(material: bytes) -> bytes:
    """Return a private key in PEM or DER, of whatever form, as PKCS #8 DER; else as it is."""
    is_pem = material.startswith(b"-----BEGIN")
    load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
    try:
        key = load(material, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return material
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _shared_pool() -> KeyPool:
    """Return the pool of key pairs of this process, in pytest's cache folder if there is one."""
    return _pool_in(hook.cache_folder())


@functools.cache
def _pool_in(folder: Path | None) -> KeyPool:
    return KeyPool(folder)


def _tag_list(tags: Any) -> list[dict[str, str]]:
    __tracebackhide__ = True
    if not isinstance(tags, Mapping | None):
        raise KmsMockError(f"tags={tags!r} is no mapping; write for example {{'team': 'red'}}.")
    return [{"TagKey": name, "TagValue": value} for name, value in (tags or {}).items()]


@functools.lru_cache(maxsize=256)
def _account_of(principal: str) -> str:
    __tracebackhide__ = True
    match = re.fullmatch(r"arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.+", principal)
    if match is None:
        raise KmsMockError(
            f"principal={principal!r} is no ARN of a principal; write for example "
            "'arn:aws:iam::123456789012:role/app'."
        )
    return match[1]


def _known_keys(identifier: str, known: Mapping[str, KmsKey]) -> str:
    """Return a sentence on the keys that there are, those of the closest name first."""
    if not known:
        return "there are no keys yet."
    closest = difflib.get_close_matches(identifier, list(known), n=len(known), cutoff=0.0)
    # One name a key, the closest of its names.
    name_of = {known[name].arn: name for name in reversed(closest)}
    names = [name for name in closest if name_of[known[name].arn] == name]
    more = f" and {len(names) - _SHOWN_KEYS} more" if len(names) > _SHOWN_KEYS else ""
    return f"there are, the closest first: {', '.join(names[:_SHOWN_KEYS])}{more}."


def _to_json(value: Any) -> Any:
    """Return *value* as the JSON of a request has it: bytes in Base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    return value
