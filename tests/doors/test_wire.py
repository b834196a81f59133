"""The wire path: the same answers as the direct path, through all of botocore."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import botocore.endpoint
import botocore.retries.bucket
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms, plugin
from pytest_kmsmock.doors import wire
from pytest_kmsmock.faults import ScheduledError, possible_errors
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.service import Service

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()
MODEL: ServiceModel = SESSION.create_client("kms", region_name="us-east-1").meta.service_model

PUBLIC_KEY = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)
RSA_SIGNING: dict[str, Any] = {"spec": "RSA_2048", "usage": "SIGN_VERIFY"}

Params = dict[str, Any]


def new(kms: KmsMock, **options: Any) -> Params:
    """Return the parameter that names a new key."""
    return {"KeyId": kms.create_key(**options).id}


def sealed(kms: KmsMock) -> Params:
    return {"CiphertextBlob": kms.create_key().encrypt(b"secret")}


def rotating(kms: KmsMock) -> Params:
    key = kms.create_key()
    kms.client().enable_key_rotation(KeyId=key.id)
    key.rotate()
    return {"KeyId": key.id}


def to_import(kms: KmsMock) -> Params:
    """Material that does not unwrap: an error, but one after the token was read."""
    key = kms.create_key(origin="EXTERNAL")
    wanted = kms.client().get_parameters_for_import(
        KeyId=key.id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    return {
        "KeyId": key.id,
        "ImportToken": wanted["ImportToken"],
        "EncryptedKeyMaterial": b"x" * 256,
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


def signed(kms: KmsMock) -> Params:
    key = kms.create_key(**RSA_SIGNING)
    signing = {"KeyId": key.id, "Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    return {**signing, "Signature": kms.client().sign(**signing)["Signature"]}


def authenticated(kms: KmsMock) -> Params:
    mac = {**new(kms, spec="HMAC_256"), "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
    return {**mac, "Mac": kms.client().generate_mac(**mac)["Mac"]}


def encapsulating(kms: KmsMock) -> Params:
    pytest.importorskip("kyber_py")
    return {**new(kms, spec="ML_KEM_512"), "EncapsulationAlgorithm": "ML_KEM"}


def encapsulated(kms: KmsMock) -> Params:
    params = encapsulating(kms)
    blob = kms.client().encapsulate(**params)["SharedSecretCiphertextBlob"]
    return {**params, "SharedSecretCiphertextBlob": blob}


WORKER = "arn:aws:iam::123456789012:role/worker"


def granting(kms: KmsMock) -> Params:
    return {
        **new(kms),
        "GranteePrincipal": WORKER,
        "RetiringPrincipal": WORKER,
        "Operations": ["Encrypt"],
        "Constraints": {"EncryptionContextEquals": {"tenant": "ü"}},
    }


def granted(kms: KmsMock) -> Params:
    params = granting(kms)
    made = kms.client().create_grant(**params)
    kms.client().create_grant(**params)
    return {"KeyId": params["KeyId"], "GrantId": made["GrantId"]}


def used(kms: KmsMock) -> Params:
    key = new(kms)
    kms.client().encrypt(**key, Plaintext=b"x")
    return key


def storing(kms: KmsMock) -> Params:
    return {"CustomKeyStoreName": "für alle", **kms.xks_proxy(["external"]).parameters}


def stored(kms: KmsMock) -> Params:
    made = kms.client().create_custom_key_store(**storing(kms))
    return {"CustomKeyStoreId": made["CustomKeyStoreId"]}


def connected(kms: KmsMock) -> Params:
    store = stored(kms)
    kms.client().connect_custom_key_store(**store)
    return store


# For each operation the parameters of a call, made when a mock is active.
PARAMS: dict[str, Callable[[KmsMock], Params]] = {
    "CancelKeyDeletion": lambda kms: new(kms, state="PendingDeletion"),
    "ConnectCustomKeyStore": stored,
    "CreateAlias": lambda kms: {"AliasName": "alias/new", "TargetKeyId": new(kms)["KeyId"]},
    "CreateCustomKeyStore": storing,
    "CreateGrant": granting,
    "CreateKey": lambda kms: {"MultiRegion": True, "Description": "für alle ✓"},
    "Decapsulate": encapsulated,
    "Decrypt": sealed,
    "DeleteAlias": lambda kms: new(kms, alias="alias/old") and {"AliasName": "alias/old"},
    "DeleteCustomKeyStore": stored,
    "DeleteImportedKeyMaterial": lambda kms: new(kms, origin="EXTERNAL", material=bytes(32)),
    "DeriveSharedSecret": lambda kms: {
        **new(kms, spec="ECC_NIST_P256", usage="KEY_AGREEMENT"),
        "KeyAgreementAlgorithm": "ECDH",
        "PublicKey": PUBLIC_KEY,
    },
    "DescribeCustomKeyStores": connected,
    "DescribeKey": lambda kms: new(kms, state="PendingDeletion", multi_region=True),
    "DisableKey": new,
    "DisableKeyRotation": new,
    "DisconnectCustomKeyStore": connected,
    "EnableKey": new,
    "EnableKeyRotation": new,
    "Encapsulate": encapsulating,
    "Encrypt": lambda kms: {**new(kms), "Plaintext": b"x", "EncryptionContext": {"a": "ü"}},
    "GenerateDataKey": lambda kms: {**new(kms), "KeySpec": "AES_256"},
    "GenerateDataKeyPair": lambda kms: {**new(kms), "KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": lambda kms: {
        **new(kms),
        "KeyPairSpec": "ECC_NIST_P256",
    },
    "GenerateDataKeyWithoutPlaintext": lambda kms: {**new(kms), "NumberOfBytes": 7},
    "GenerateMac": lambda kms: {
        **new(kms, spec="HMAC_256"),
        "Message": b"x",
        "MacAlgorithm": "HMAC_SHA_256",
    },
    "GenerateRandom": lambda kms: {"NumberOfBytes": 32},
    "GetKeyLastUsage": used,
    "GetKeyPolicy": new,
    "GetKeyRotationStatus": rotating,
    "GetParametersForImport": lambda kms: {
        **new(kms, origin="EXTERNAL"),
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    },
    "GetPublicKey": lambda kms: new(kms, **RSA_SIGNING),
    "ImportKeyMaterial": to_import,
    "ListAliases": lambda kms: new(kms, alias="alias/app") and {"Limit": 1},
    "ListGrants": lambda kms: {"KeyId": granted(kms)["KeyId"], "Limit": 1},
    "ListKeyPolicies": new,
    "ListKeyRotations": rotating,
    "ListKeys": lambda kms: new(kms) and new(kms) and {"Limit": 1},
    "ListResourceTags": lambda kms: new(kms, tags={"team": "red", "empty": ""}),
    "ListRetirableGrants": lambda kms: granted(kms) and {"RetiringPrincipal": WORKER},
    "PutKeyPolicy": lambda kms: {**new(kms), "Policy": "{}"},
    "ReEncrypt": lambda kms: {**sealed(kms), "DestinationKeyId": new(kms)["KeyId"]},
    "ReplicateKey": lambda kms: {**new(kms, multi_region=True), "ReplicaRegion": "eu-west-1"},
    "RetireGrant": granted,
    "RevokeGrant": granted,
    "RotateKeyOnDemand": new,
    "ScheduleKeyDeletion": lambda kms: {**new(kms), "PendingWindowInDays": 7},
    "Sign": lambda kms: {
        **new(kms, **RSA_SIGNING),
        "Message": b"x",
        "SigningAlgorithm": "RSASSA_PSS_SHA_256",
    },
    "TagResource": lambda kms: {**new(kms), "Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "UntagResource": lambda kms: {**new(kms), "TagKeys": ["a"]},
    "UpdateAlias": lambda kms: (
        new(kms, alias="alias/app") and {"AliasName": "alias/app", "TargetKeyId": new(kms)["KeyId"]}
    ),
    "UpdateCustomKeyStore": lambda kms: {**stored(kms), "NewCustomKeyStoreName": "ü"},
    "UpdateKeyDescription": lambda kms: {**new(kms), "Description": ""},
    "UpdatePrimaryRegion": lambda kms: {
        **new(kms, multi_region=True),
        "PrimaryRegion": "eu-west-1",
    },
    "Verify": signed,
    "VerifyMac": authenticated,
}
KNOWN = [name for name in OPERATIONS if name in MODEL.operation_names]

# Those of `PARAMS` that AWS refuses; their errors are compared all the same.
REFUSED = ("ImportKeyMaterial", "PutKeyPolicy", "UpdatePrimaryRegion")
# One for all tests; it sends what botocore would refuse to send.
CLIENT = SESSION.create_client(
    "kms",
    region_name="us-east-1",
    config=Config(parameter_validation=False, retries={"total_max_attempts": 2}),
)

Outcome = tuple[str, dict[str, Any]]


def call(client: Any, operation: str, params: Params) -> Outcome:
    """Return the name of the exception, if there is one, and the response."""
    method = getattr(client, botocore.xform_name(operation))
    try:
        return "", method(**params)
    except ClientError as error:
        return type(error).__name__, dict(error.response)


def through_both(
    monkeypatch: pytest.MonkeyPatch, client: Any, operation: str, params: Params, handle: Any
) -> tuple[Outcome, Outcome]:
    """Make a call through the direct and the wire path; what *handle* says is both's answer."""
    said: list[Any] = []

    def handle_once(self: Service, request: Any) -> Any:
        if not said:
            try:
                said.append(handle(self, request))
            except KmsError as error:
                said.append(error)
        if isinstance(said[0], KmsError):
            raise said[0]
        return said[0]

    now = time.time()  # for the header `date` of both
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        patch.setattr(Service, "handle", handle_once)
        direct = call(client, operation, params)
        with mock_kms(transport="wire"):
            wired = call(client, operation, params)
    return direct, wired


def comparable(outcome: Outcome) -> Outcome:
    """Return *outcome* without what may differ: the request's ID and the retries."""
    kind, response = outcome
    metadata = dict(response["ResponseMetadata"])
    request_id = metadata.pop("RequestId")
    # The direct path does not retry.
    for name in ("RetryAttempts", "MaxAttemptsReached", "RetryQuotaReached"):
        metadata.pop(name, None)
    headers = dict(metadata["HTTPHeaders"])
    assert headers.pop("x-amzn-requestid") == request_id
    return kind, {**response, "ResponseMetadata": {**metadata, "HTTPHeaders": headers}}


def test_every_operation_is_compared() -> None:
    """Whoever adds an operation adds a call of it to `PARAMS`."""
    assert sorted(PARAMS) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", KNOWN)
def test_an_answer_is_the_same_through_both_paths(
    monkeypatch: pytest.MonkeyPatch, kms: KmsMock, operation: str
) -> None:
    """Member by member, types included; request IDs alone differ."""
    params = PARAMS[operation](kms)

    direct, wired = through_both(monkeypatch, CLIENT, operation, params, Service.handle)

    assert not direct[0] or operation in REFUSED
    assert comparable(wired) == comparable(direct)
    assert shape_of(comparable(wired)) == shape_of(comparable(direct))


@pytest.mark.parametrize("operation", KNOWN)
def test_every_error_is_the_same_through_both_paths(
    monkeypatch: pytest.MonkeyPatch, kms: KmsMock, operation: str
) -> None:
    """With a text and without; by the class, and by each member of its response."""
    for code in possible_errors(operation):
        for message in ("Größe: 5 > 4", ""):

            def refuse(self: Service, request: Any, code: str = code, text: str = message) -> Any:
                raise ScheduledError(code, text)

            direct, wired = through_both(monkeypatch, CLIENT, operation, {}, refuse)

            assert direct[0], code
            assert comparable(wired) == comparable(direct)


def test_what_the_application_sees_of_a_response_is_the_same(kms: KmsMock) -> None:
    """Handlers of `after-call` get the HTTP response too: its status, headers and text."""
    seen = []
    client = kms.client()
    client.meta.events.register(
        "after-call.kms", lambda http_response, **_: seen.append(http_response)
    )

    client.list_keys()
    with mock_kms(transport="wire"):
        client.list_keys()

    direct, wired = seen
    assert wired.status_code == direct.status_code == 200
    assert wired.headers["content-type"] == direct.headers["content-type"]
    assert isinstance(wired.content, bytes)
    assert isinstance(wired.text, str)


def shape_of(value: Any) -> Any:
    """Return the types in *value*, in its order."""
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [shape_of(item) for item in value]
    return type(value)


# What fires, and what stays as it was.

# Handlers of the application, for the operation as for those of a tracing library.
EVENTS_OF_BOTH = ["provide-client-params", "before-parameter-build", "before-call", "after-call"]
EVENTS_OF_THE_WIRE = [
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "needs-retry",
]


def fired_by(client: Any) -> list[str]:
    """Call ListKeys; return the events that a handler of the application got, in order."""
    fired: list[str] = []
    for event in EVENTS_OF_BOTH + EVENTS_OF_THE_WIRE:
        client.meta.events.register(
            f"{event}.kms.ListKeys", lambda event_name, **_: fired.append(event_name.split(".")[0])
        )
    client.list_keys()
    return fired


def test_the_direct_path_skips_the_events_between_request_and_response(kms: KmsMock) -> None:
    """docs/how-to/events.md says which."""
    assert fired_by(kms.client()) == EVENTS_OF_BOTH


@pytest.mark.kms(transport="wire")
def test_the_wire_path_fires_every_event(kms: KmsMock) -> None:
    fired = fired_by(kms.client())

    assert fired[:3] == EVENTS_OF_BOTH[:3]
    assert set(fired[3:-1]) == set(EVENTS_OF_THE_WIRE)
    assert fired[-1] == "after-call"


@pytest.mark.parametrize("event", ["before-call", "before-call.kms"])
def test_a_less_specific_handler_of_before_call_is_for_the_wire(kms: KmsMock, event: str) -> None:
    """Botocore stops at the first answer, and asks the most specific handlers first."""
    fired: list[str] = []
    client = kms.client()
    client.meta.events.register(event, lambda **_: fired.append(event))

    client.list_keys()
    assert fired == []

    with mock_kms(transport="wire"):
        client.list_keys()
    assert fired == [event]


@pytest.mark.kms(transport="wire")
def test_the_wire_needs_neither_credentials_nor_network(
    kms: KmsMock, connections: list[Any]
) -> None:
    client = SESSION.create_client("kms", region_name="eu-west-1")

    assert client.list_keys()["Keys"] == []


@pytest.mark.kms(transport="wire")
def test_each_call_is_on_record_once_with_its_source(kms: KmsMock) -> None:
    """The source is the line of the test, not one of botocore's or ours."""
    kms.create_key(alias="alias/app")

    response = CLIENT.describe_key(KeyId="alias/app")

    assert kms.calls.operations == ["DescribeKey"]
    assert kms.calls[0].request_id == response["ResponseMetadata"]["RequestId"]
    assert kms.calls[0].source.startswith("tests/doors/test_wire.py:")
    assert kms.calls[0].key == kms.key("alias/app")
    assert kms.calls[0].retries == 0


@pytest.mark.kms(transport="wire")
def test_a_misuse_of_the_plugin_passes_through_botocore(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no answer of AWS, so it is not retried either."""
    monkeypatch.delitem(OPERATIONS, "ListKeys")

    with pytest.raises(KmsMockError, match="kms:ListKeys"):
        CLIENT.list_keys()

    assert not kms.calls


def test_a_request_of_the_wire_goes_nowhere(kms: KmsMock) -> None:
    """Who looks at the request sees a host that cannot exist, so that no other mock answers."""
    requests: list[Any] = []
    client = kms.client()
    client.meta.events.register("before-send.kms", lambda request, **_: requests.append(request))

    with mock_kms(transport="wire"):
        client.list_keys()

    assert requests[0].url.endswith(".kmsmock.invalid/")
    assert requests[0].headers["X-Amz-Target"] == b"TrentService.ListKeys"


def handlers_of(client: Any) -> list[str]:
    """Return the events of *client* that a handler of ours gets."""
    return [
        event
        for event in [*EVENTS_OF_BOTH, *EVENTS_OF_THE_WIRE, "after-call-error"]
        for handler in client.meta.events._emitter._handlers.prefix_search(f"{event}.kms.ListKeys")
        if getattr(handler, "func", handler).__module__.startswith("pytest_kmsmock")
    ]


def test_a_client_that_meets_no_fault_gets_no_handlers_of_the_other_path(kms: KmsMock) -> None:
    """An unused feature adds nothing to a call."""
    client = kms.client()
    client.list_keys()
    assert handlers_of(client) == ["before-call"]

    kms.throttle("ListKeys")
    client.list_keys()

    assert len(handlers_of(client)) > 1


def test_only_calls_that_a_fault_could_befall_go_over_the_wire(kms: KmsMock) -> None:
    """Also not those after it is over."""
    client = kms.client()
    kms.throttle("ListKeys")
    sent: list[str] = []
    client.meta.events.register(
        "before-send", lambda event_name, **_: sent.append(event_name.rpartition(".")[2])
    )

    client.list_aliases()
    client.list_keys()
    client.list_keys()

    assert sent == ["ListKeys", "ListKeys"]  # the first ListKeys, tried twice


# Many at once.


def test_threads_go_over_the_wire_side_by_side(kms: KmsMock) -> None:
    """Each call has its own fault, record and retries; one client serves them all."""
    client = kms.client(retries={"mode": "standard", "total_max_attempts": 50})
    kms.throttle("ListKeys", times=40)
    retries: list[int] = []

    def work() -> None:
        for _ in range(10):
            response = client.list_keys()
            retries.append(response["ResponseMetadata"]["RetryAttempts"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(retries) == len(kms.calls) == 80
    assert sum(retries) == sum(call.retries for call in kms.calls) == 40


def test_a_request_that_is_not_ours_is_left_alone() -> None:
    """The handlers look for their mark, and do nothing for a request without it."""
    request = AWSRequest("POST", "https://kms.us-east-1.amazonaws.com/")
    request.context = {}

    wire._redirect(request)

    assert request.url == "https://kms.us-east-1.amazonaws.com/"
    assert wire._choose_signer({}) is None
    assert wire._send(request) is None


def test_a_misuse_that_the_application_swallowed_fails_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the wire as on the direct path."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delitem(OPERATIONS, "ListKeys")
    application = ModuleType("wired_application")
    application.client = CLIENT  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wired_application", application)
    pytester.makepyfile(
        test_it="""
        import contextlib
        import pytest
        from wired_application import client

        def read():
            with contextlib.suppress(Exception):
                client.list_keys()

        @pytest.mark.kms(transport="wire")
        def test_it(kms):
            read()
        """
    )

    result = pytester.runpytest_inprocess(plugins=[plugin])

    result.assert_outcomes(failed=1)
    assert "kms:ListKeys" in result.stdout.str()
