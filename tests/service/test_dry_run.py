"""`DryRun` on every operation that has it: all checks, no action, always an error."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pytest_kmsmock import Key, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import DryRunOperationException
from pytest_kmsmock.service.api.shapes import OperationShapes, service_model, shapes_of
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.key_maker import KeyMaker
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.key import Alias, KmsKey
from pytest_kmsmock.service.values.specs import KEY_SPECS

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"

WORKER: Final = "arn:aws:iam::123456789012:role/worker"
DRY_RUN: Final = {
    "Code": "DryRunOperationException",
    "Message": "The request would have succeeded, but the DryRun option is set.",
}
PEER: Final = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)

Params = dict[str, Any]


@attrs.frozen
class Case:
    """
    An operation that has DryRun.

    Attributes:
        key: The options of `create_key` for a key that suits it.
        params: The rest of a request that is good, made with a client and the key.
        spoilt: What makes it a bad one, and the error's code.
    """

    key: Params
    params: Callable[[Any, Key], Params]
    spoilt: Params
    code: str


def encrypted(client: Any, key: Key) -> Params:
    return {"CiphertextBlob": key.encrypt(b"x")}


def encrypted_for_itself(client: Any, key: Key) -> Params:
    return {"CiphertextBlob": key.encrypt(b"x"), "DestinationKeyId": key.id}


def signed(client: Any, key: Key) -> Params:
    return {**SIGNED, "Signature": key.sign(b"x")}


def authenticated(client: Any, key: Key) -> Params:
    return {**MADE, "Mac": client.generate_mac(KeyId=key.id, **MADE)["Mac"]}


def encapsulated(client: Any, key: Key) -> Params:
    made = client.encapsulate(KeyId=key.id, EncapsulationAlgorithm="ML_KEM")
    return {
        "EncapsulationAlgorithm": "ML_KEM",
        "SharedSecretCiphertextBlob": made["SharedSecretCiphertextBlob"],
    }


def granted(client: Any, key: Key) -> Params:
    made = client.create_grant(KeyId=key.id, **GRANT)
    return {"GrantId": made["GrantId"]}


def given(params: Params) -> Callable[[Any, Key], Params]:
    return lambda client, key: params


SIGNED: Final = {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
MADE: Final = {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
GRANT: Final[Params] = {"GranteePrincipal": WORKER, "Operations": ["Encrypt"], "Name": "nightly"}
SIGNING: Final = {"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}
MAC: Final = {"spec": "HMAC_256"}
AGREEMENT: Final = {"spec": "ECC_NIST_P256", "usage": "KEY_AGREEMENT"}
KEM: Final = {"spec": "ML_KEM_768"}
UNKNOWN: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
MISSING: Final = {"KeyId": UNKNOWN}
PAIR: Final = {"KeyPairSpec": "ECC_NIST_P256"}
NOT_FOUND: Final = "NotFoundException"
CASES: Final[dict[str, Case]] = {
    "Encrypt": Case({}, given({"Plaintext": b"x"}), MISSING, NOT_FOUND),
    "Decrypt": Case({}, encrypted, {"CiphertextBlob": b"?"}, "InvalidCiphertextException"),
    "ReEncrypt": Case({}, encrypted_for_itself, {"DestinationKeyId": UNKNOWN}, NOT_FOUND),
    "GenerateDataKey": Case(
        {}, given({"KeySpec": "AES_256"}), {"NumberOfBytes": 1}, "ValidationException"
    ),
    "GenerateDataKeyWithoutPlaintext": Case(
        {}, given({"KeySpec": "AES_256"}), {"NumberOfBytes": 1}, "ValidationException"
    ),
    "GenerateDataKeyPair": Case({}, given(PAIR), MISSING, NOT_FOUND),
    "GenerateDataKeyPairWithoutPlaintext": Case({}, given(PAIR), MISSING, NOT_FOUND),
    "Sign": Case(
        SIGNING,
        given(SIGNED),
        {"SigningAlgorithm": "ECDSA_SHA_384"},
        "InvalidKeyUsageException",
    ),
    "Verify": Case(SIGNING, signed, {"Signature": b"?"}, "KMSInvalidSignatureException"),
    "GenerateMac": Case(
        MAC, given(MADE), {"MacAlgorithm": "HMAC_SHA_512"}, "InvalidKeyUsageException"
    ),
    "VerifyMac": Case(MAC, authenticated, {"Mac": b"?"}, "KMSInvalidMacException"),
    "DeriveSharedSecret": Case(
        AGREEMENT,
        given({"KeyAgreementAlgorithm": "ECDH", "PublicKey": PEER}),
        {"PublicKey": b"?"},
        "ValidationException",
    ),
    "Encapsulate": Case(KEM, given({"EncapsulationAlgorithm": "ML_KEM"}), MISSING, NOT_FOUND),
    "Decapsulate": Case(KEM, encapsulated, MISSING, NOT_FOUND),
    "CreateGrant": Case({}, given(GRANT), {"Operations": ["CreateGrant"]}, "ValidationException"),
    "RetireGrant": Case({}, granted, {"GrantId": "a1" * 32}, NOT_FOUND),
    "RevokeGrant": Case({}, granted, {"GrantId": "a1" * 32}, NOT_FOUND),
}
KNOWN: Final = [name for name in CASES if name in service_model().operation_names]
each_operation = pytest.mark.parametrize("operation", KNOWN)


@attrs.frozen
class Scene:
    """A key and a good request for it."""

    kms: KmsMock
    key: Key
    client: Any
    operation: str
    params: Params

    def error(self, **changes: Any) -> dict[str, str]:
        with pytest.raises(ClientError) as caught:
            getattr(self.client, xform_name(self.operation))(**{**self.params, **changes})
        error: Any = caught.value.response["Error"]
        return dict(error)


@pytest.fixture
def scene(kms: KmsMock, operation: str) -> Scene:
    case, client = CASES[operation], kms.client()
    try:
        key = kms.create_key(**case.key)
        params = case.params(client, key)
    except KmsMockError as missing:
        if "pip install" not in str(missing):
            raise
        pytest.skip(str(missing))
    if "KeyId" in shapes_of(operation).members:
        params = {"KeyId": key.id, **params}
    kms.calls.clear()
    return Scene(kms, key, client, operation, params)


def test_every_operation_that_has_it_is_tried() -> None:
    """Those of the installed botocore; there were 15 of them, and are 17."""
    model = service_model()
    having = {
        name
        for name in model.operation_names
        if "DryRun" in getattr(model.operation_model(name).input_shape, "members", ())
    }

    assert having == set(KNOWN)


@each_operation
def test_a_good_request_would_have_succeeded(scene: Scene) -> None:
    """As recorded; the record has it as an error."""
    assert scene.error(DryRun=True) == DRY_RUN

    (call,) = scene.kms.calls
    assert call.error is not None
    assert call.error.code == "DryRunOperationException"


@each_operation
def test_without_it_the_request_succeeds(scene: Scene) -> None:
    """So that the test before this one says what it seems to say."""
    getattr(scene.client, xform_name(scene.operation))(**scene.params, DryRun=False)


@each_operation
def test_a_bad_request_fails_as_it_would_have(scene: Scene) -> None:
    """A dry run tells the real error."""
    case = CASES[scene.operation]

    assert scene.error(**case.spoilt, DryRun=True)["Code"] == case.code
    assert scene.error(**case.spoilt)["Code"] == case.code


@each_operation
def test_a_key_that_cannot_be_used_is_told(scene: Scene) -> None:
    """Its state is checked too; grants end in every state."""
    scene.key.schedule_deletion()
    ends = scene.operation in ("RetireGrant", "RevokeGrant")

    error = scene.error(DryRun=True)

    assert error["Code"] == (DRY_RUN["Code"] if ends else "KMSInvalidStateException")


@each_operation
def test_nothing_is_changed(scene: Scene) -> None:
    """No grant, no end of one, no last use, no key."""
    before = (scene.key.metadata, scene.key.grants, scene.kms.keys)

    scene.error(DryRun=True)

    assert (scene.key.metadata, scene.key.grants, scene.kms.keys) == before
    if "GetKeyLastUsage" in service_model().operation_names:
        response = scene.client.get_key_last_usage(KeyId=scene.key.id)
        assert response["KeyLastUsage"].get("Operation") != scene.operation


@each_operation
def test_the_state_stays_the_same_value(scene: Scene) -> None:
    """A state is never changed but replaced, so this says that nothing was."""
    before = scene.kms._backend.registry.state

    scene.error(DryRun=True)

    assert scene.kms._backend.registry.state is before


@pytest.mark.parametrize(
    "operation", sorted(OPERATIONS.keys() & {*service_model().operation_names})
)
def test_no_operation_can_forget_it(
    registry: Registry, service: Service, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """Neither one that has no DryRun today: whatever it does is done to what nobody sees."""
    done: list[str] = []

    def greedy(request: Request, _: KmsKey | None) -> dict[str, Any]:
        request.begin_to_write()
        request.draft.put_alias(Alias(ACCOUNT, REGION, "alias/a", "", 0, 0))
        request.registry.last_usages["arn"] = operation, 0.0, ""
        request.registry.key_maker.new(KEY_SPECS["ECC_NIST_P256"], REGION)
        done.append(operation)
        return {}

    row = attrs.evolve(
        OPERATIONS[operation], act=greedy, find=lambda *_: None, check_first=None, choose=None
    )
    monkeypatch.setitem(OPERATIONS, operation, row)
    monkeypatch.setattr(OperationShapes, "decode", lambda _, body, params: params.update(body))
    numbers = itertools.count()
    pool = KeyPool(lambda _: bytes([next(numbers)]))
    registry.key_maker = KeyMaker(SYSTEM, lambda: pool)
    before = registry.state
    # What names something besides the key: permissions on that are asked for too.
    named = {"AliasName": "alias/b", "DestinationKeyId": "alias/b"}

    with pytest.raises(DryRunOperationException):
        service.handle(Request(operation, {"DryRun": True, **named}, REGION, Caller(ACCOUNT), "id"))

    assert done == [operation]
    assert registry.state is before
    assert registry.last_usages == {}
    first = registry.key_maker.new(KEY_SPECS["ECC_NIST_P256"], REGION)
    assert first == pool.take("ECC_NIST_P256", 0)


@pytest.mark.kms(auto_create=True)
def test_no_key_comes_into_being(kms: KmsMock) -> None:
    """The request would have made it, and succeeded."""
    client = kms.client()

    with pytest.raises(ClientError, match="DryRunOperationException"):
        client.encrypt(KeyId="alias/new", Plaintext=b"x", DryRun=True)
    with pytest.raises(ClientError, match="ValidationException"):
        client.encrypt(
            KeyId="alias/pair",
            Plaintext=bytes(4096),
            EncryptionAlgorithm="RSAES_OAEP_SHA_256",
            DryRun=True,
        )

    assert kms.keys == []


def test_a_pair_is_not_used_up(kms: KmsMock) -> None:
    """The next request gets the one that the dry run would have given."""
    key, client = kms.create_key(), kms.client()
    request = {"KeyId": key.id, "KeyPairSpec": "RSA_2048"}
    with pytest.raises(ClientError, match="DryRunOperationException"):
        client.generate_data_key_pair(**request, DryRun=True)

    with mock_kms() as other:
        theirs = other.client().generate_data_key_pair(
            KeyId=other.create_key().id, KeyPairSpec="RSA_2048"
        )
    ours = client.generate_data_key_pair(**request)

    assert ours["PublicKey"] == theirs["PublicKey"]


def test_a_dry_run_leaves_the_name_free(kms: KmsMock) -> None:
    """The grant that was not made is made by the next request, once."""
    key, client = kms.create_key(), kms.client()
    with pytest.raises(ClientError, match="DryRunOperationException"):
        client.create_grant(KeyId=key.id, **GRANT, DryRun=True)
    assert key.grants == []

    made = client.create_grant(KeyId=key.id, **GRANT)
    with pytest.raises(ClientError, match="DryRunOperationException"):
        client.create_grant(KeyId=key.id, **GRANT, DryRun=True)

    assert [each["GrantId"] for each in key.grants] == [made["GrantId"]]


def test_a_grant_is_retired_dry_by_its_token(kms: KmsMock) -> None:
    """And for real afterwards, by the same token."""
    key, client = kms.create_key(), kms.client()
    token = client.create_grant(KeyId=key.id, **GRANT)["GrantToken"]

    with pytest.raises(ClientError, match="DryRunOperationException"):
        client.retire_grant(GrantToken=token, DryRun=True)
    assert len(key.grants) == 1

    client.retire_grant(GrantToken=token)
    assert key.grants == []


def test_a_dry_run_checks_grant_tokens(kms: KmsMock) -> None:
    """A made-up one is no permission."""
    key, client = kms.create_key(), kms.client()

    with pytest.raises(ClientError, match="InvalidGrantTokenException"):
        client.encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=["made-up"], DryRun=True)


@pytest.mark.kms(transport="wire")
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_botocore_does_not_retry_it(kms: KmsMock, mode: str) -> None:
    """It is nobody's fault."""
    key, client = kms.create_key(), kms.client(retries={"mode": mode})

    with pytest.raises(ClientError) as caught:
        client.create_grant(KeyId=key.id, **GRANT, DryRun=True)

    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
