"""`KmsMock`, the one object behind the fixtures, the decorator and the context manager."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from . import decorating
from .backend import Backend, account_of
from .calls.calls import Calls
from .clock import Clock
from .doors import clients, hook
from .faults import Disconnection, Fault
from .handles.clusters import CloudHsmCluster, new_cluster
from .handles.creation import create_key
from .handles.key import Key, find
from .handles.proxies import XksKey, XksProxy, new_proxy
from .service.misuse import KmsMockError
from .service.values.key_store import Connectivity
from .service.values.quotas import Quotas
from .service.values.specs import KEY_SPECS
from .settings import Settings, checked_seconds, is_account, is_region, settings_from

if TYPE_CHECKING:
    from .handles.enclave import Enclave

Target = TypeVar("Target", bound=Callable[..., Any])


class KmsMock:
    """AWS KMS in this process, while it is active: between enter and exit."""

    def __init__(self, settings: Settings | None = None, *, forks: bool = False) -> None:
        self._settings = settings or Settings()
        self._forks = forks
        self._is_active = False
        self._is_used = False
        self._backend = Backend(self._settings)

    def __enter__(self) -> Self:
        if self._is_active:
            raise KmsMockError(
                "this mock of KMS is active already; to nest one in another, "
                "write `with mock_kms():` again."
            )
        outer = hook.active_backend() if self._forks else None
        if outer is not None or self._is_used:
            self._backend = Backend(self._settings, outer)
        self._is_active = self._is_used = True
        hook.push(self._backend)
        try:
            for name in self._settings.keys:
                place = self._backend.registry.places[self.account, self.region]
                if place.aliases.get(name) is None:
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
        hook.pop(self._backend)

    def __call__(self, target: Target) -> Target:
        """Decorate *target*, so that each call or test runs in a mock with these settings."""
        __tracebackhide__ = True
        return decorating.decorate(
            target, lambda forks: KmsMock(self._settings, forks=forks or self._forks)
        )

    def __repr__(self) -> str:
        return f"<KmsMock of account {self.account}, {self.region}: {len(self.keys)} keys>"

    @property
    def account(self) -> str:
        """The account of callers that are not somebody else."""
        return self._backend.account

    @property
    def region(self) -> str:
        """The Region of keys and clients that name none."""
        return self._backend.region

    @property
    def calls(self) -> Calls:
        """What the application called."""
        return self._backend.calls

    @property
    def clock(self) -> Clock:
        """The service's time."""
        return self._backend.clock

    @property
    def quotas(self) -> Quotas:
        """How much of each thing there can be: ``kms.quotas.aliases_per_key = 2``."""
        return self._backend.quotas

    @property
    def transition_seconds(self) -> float:
        """
        How long transient states and rotations on demand last.

        With 0 they are over at the next call. Otherwise they last until the
        service's clock has moved that far.
        """
        return self._backend.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self._backend.transition_seconds = checked_seconds(seconds)

    @property
    def keys(self) -> list[Key]:
        """The keys of all accounts and Regions, first those of the mock's own."""
        return [Key(key.arn) for key in self._backend.values()]

    def key(self, identifier: str) -> Key:
        """
        Return the key with that ID, ARN, alias name or alias ARN.

        IDs and names are looked for in the mock's own account and Region
        first, then in all others.

        Raises:
            KmsMockError: There is none.
        """
        __tracebackhide__ = True
        return find(self._backend, identifier)

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
        key_store: str | None = None,
        xks_key: XksKey | str | None = None,
    ) -> Key:
        """
        Create a key; nothing of it is recorded as a call.

        Args:
            alias: ``alias/…``. That of a service, ``alias/aws/…``, makes its AWS
                managed key.
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
            key_store: The ID of a connected custom key store to create it in; its
                type is the origin then.
            xks_key: The external key of a key in an external key store.

        Raises:
            KmsMockError: An argument makes no sense.
            botocore.exceptions.ClientError: AWS would refuse one.
        """
        __tracebackhide__ = True
        self._check_active("create keys")
        region, account = self._place(region, account)
        return create_key(
            self._backend,
            alias=alias,
            spec=spec,
            usage=usage,
            origin=origin,
            state=state,
            policy=policy,
            tags=tags,
            description=description,
            multi_region=multi_region,
            region=region,
            account=account,
            key_id=key_id,
            material=material,
            key_store=key_store,
            xks_key=xks_key,
        )

    def cloudhsm_cluster(
        self,
        *,
        active: bool = True,
        hsms: int = 2,
        password: str = "kmsuser-password",
        trust_anchor: str | None = None,
        related_to: CloudHsmCluster | None = None,
        cluster_id: str | None = None,
        region: str | None = None,
        account: str | None = None,
    ) -> CloudHsmCluster:
        """
        Say that there is a CloudHSM cluster, for key stores of type AWS_CLOUDHSM.

        Args:
            active: It is initialized and active.
            hsms: How many active HSMs it has.
            password: Of its crypto user kmsuser.
            trust_anchor: The text of its customerCA.crt; None makes one up.
            related_to: A cluster that it shares a backup history with.
            cluster_id: ``cluster-…``; None makes one up.
            region: None is the mock's.
            account: 12 digits; None is the mock's.
        """
        __tracebackhide__ = True
        self._check_active("make clusters")
        region, account = self._place(region, account)
        return new_cluster(
            self._backend,
            active=active,
            hsms=hsms,
            password=password,
            trust_anchor=trust_anchor,
            related_to=related_to,
            cluster_id=cluster_id,
            region=region,
            account=account,
        )

    def xks_proxy(
        self,
        keys: Iterable[str] = (),
        *,
        connectivity: Connectivity = "PUBLIC_ENDPOINT",
        endpoint: str | None = None,
        path: str = "/kms/xks/v1",
        service_name: str | None = None,
        service_owner: str | None = None,
        access_key_id: str = "ABCDEFGHIJKLMNOPQRST",
        secret_access_key: str = "raw/secret/access/key/of/44/characters/and+=",
        region: str | None = None,
    ) -> XksProxy:
        """
        Say that there is an external key store proxy, for stores of type EXTERNAL_KEY_STORE.

        Args:
            keys: The IDs of external keys that it has; `XksProxy.add_key` makes others.
            connectivity: ``PUBLIC_ENDPOINT`` or ``VPC_ENDPOINT_SERVICE``.
            endpoint: ``https://…``; None makes one up.
            path: Ends with ``/kms/xks/v1``.
            service_name: Of the VPC endpoint service; None makes one up.
            service_owner: The account of that service; None is the mock's.
            access_key_id: Of the credential that it accepts.
            secret_access_key: Likewise.
            region: That of the VPC endpoint service; None is the mock's.
        """
        __tracebackhide__ = True
        self._check_active("make proxies")
        region, account = self._place(region, None)
        return new_proxy(
            self._backend,
            keys=keys,
            connectivity=connectivity,
            endpoint=endpoint,
            path=path,
            service_name=service_name,
            service_owner=service_owner,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            region=region,
            account=account,
        )

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
            account_of(principal)
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

    def enclave(
        self,
        *,
        pcrs: Mapping[int, str | bytes] | None = None,
        module_id: str | None = None,
        debug: bool = False,
        nitrotpm: bool = False,
    ) -> Enclave:
        """
        Return a Nitro enclave, whose attestation documents the mock accepts.

        Args:
            pcrs: Platform configuration registers by index, SHA-384 digests in
                hex digits or bytes; the others are as an example has them.
            module_id: None is an example.
            debug: The enclave is in debug mode: all its PCRs are zero.
            nitrotpm: It is not an enclave but an instance with NitroTPM.

        Raises:
            KmsMockError: An argument makes no sense, or the extra ``nitro`` is
                not installed.
        """
        __tracebackhide__ = True
        from .handles.enclave import Enclave  # not at the top: x509 is slow to import

        backend = self._backend
        return Enclave(
            lambda: backend.registry.key_maker.new(KEY_SPECS["RSA_2048"], backend.region),
            pcrs=pcrs,
            module_id=module_id,
            debug=debug,
            nitrotpm=nitrotpm,
        )

    def trust_attestation_root(self, certificate: bytes | str) -> None:
        """
        Accept attestation documents that lead to *certificate* too, PEM or DER.

        AWS accepts those of its own root alone, the mock those of its own.
        """
        __tracebackhide__ = True
        from .handles.enclave import root_of  # not at the top: x509 is slow to import

        self._backend.registry.attestation_roots += (root_of(certificate),)

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
        wording = f"kms.fail({operation!r}, {error!r}{_said(times, after, key)})"
        return self._backend.schedule(
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
        return self._backend.schedule(
            Fault(
                operation,
                f"kms.throttle({operation!r}{_said(times, after, key)})",
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
        return self._backend.schedule(
            Fault(
                operation,
                f"kms.delay({operation!r}, {seconds!r}{_said(times, after, key)})",
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
        return self._backend.schedule(
            Fault(
                operation,
                f"kms.disconnect({operation!r}, {kind!r}{_said(times, after, key)})",
                disconnection=kind,
                times=times,
                after=after,
                arn=self._arn_of(key),
                allow_unused=allow_unused,
            )
        )

    def _check_active(self, wish: str) -> None:
        __tracebackhide__ = True
        if not self._is_active:
            raise KmsMockError(
                f"this mock of KMS is not active; {wish} inside `with mock_kms() as kms:`."
            )

    def _arn_of(self, key: Key | str | None) -> str | None:
        __tracebackhide__ = True
        if key is None:
            return None
        return find(self._backend, key).arn

    def _place(self, region: str | None, account: str | None) -> tuple[str, str]:
        __tracebackhide__ = True
        if region is not None and not is_region(region):
            raise KmsMockError(
                f"region={region!r} is no AWS Region; write for example 'eu-west-1'."
            )
        if account is not None and not is_account(account):
            raise KmsMockError(f"account={account!r} is no account ID; write 12 digits in quotes.")
        return region or self.region, account or self.account


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


def _said(times: int | None, after: int, key: Key | str | None) -> str:
    """Return the arguments of a fault that are not the usual ones, as they were written."""
    told = {"times": (times, 1), "after": (after, 0), "key": (key, None)}
    return "".join(f", {name}={value!r}" for name, (value, usual) in told.items() if value != usual)
