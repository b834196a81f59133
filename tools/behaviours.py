"""
What AWS KMS does, as questions that any KMS can be asked by a client alone.

A question is a function of a `Kms`. It returns whether the answer was AWS's, or of
several parts which were. Each row says where AWS documents it. An error that AWS would
not answer with counts as another answer.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

ACCOUNT: Final = "123456789012"


@attrs.frozen
class Kms:
    """
    One that is asked.

    Attributes:
        client: Of ``us-east-1``, of somebody who may do everything.
        other_region: A client of ``eu-west-1``.
        later: Moves its time by days; None if nothing does.
        somebody: Makes a client of a user, given his name and his IAM policies. The answers
            depend on policies from then on. None if nobody is refused anything.
    """

    client: Any
    other_region: Any
    later: Callable[[int], None] | None = None
    somebody: Callable[[str, Sequence[Mapping[str, Any]]], Any] | None = None


@attrs.frozen
class Behaviour:
    """A question, with the pages of AWS's documentation that answer it."""

    title: str
    source: str
    ask: Callable[[Kms], bool | list[bool] | None]

    def answer(self, kms: Kms) -> tuple[int, int] | None:
        """Return how many of its parts are as on AWS, and of how many; None if not to be asked."""
        try:
            found = self.ask(kms)
        except Exception:
            # Whatever it does instead; that the question can be answered, the mock's answer shows.
            return 0, 1
        if found is None:
            return None
        parts = found if isinstance(found, list) else [found]
        return sum(parts), len(parts)


def _key(client: Any, **params: Any) -> str:
    key_id: str = client.create_key(**params)["KeyMetadata"]["KeyId"]
    return key_id


def _arn(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"


def _sealed(client: Any, key: str, text: bytes = b"secret", **params: Any) -> bytes:
    blob: bytes = client.encrypt(KeyId=key, Plaintext=text, **params)["CiphertextBlob"]
    return blob


def _opened(client: Any, blob: bytes, **params: Any) -> bytes:
    text: bytes = client.decrypt(CiphertextBlob=blob, **params)["Plaintext"]
    return text


def _refusal(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Return the code and the text of the error that a call ends in; empty if in none."""
    try:
        call(**params)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", ""


def _goes_well(call: Callable[..., Any], **params: Any) -> bool:
    try:
        call(**params)
    except Exception:
        return False
    return True


def _holds(*parts: Callable[[], bool]) -> list[bool]:
    """Ask each part, also after one that ends in an error."""
    found = []
    for part in parts:
        try:
            found.append(bool(part()))
        except Exception:
            found.append(False)
    return found


# Ciphertexts


def _opens(kms: Kms) -> bool:
    return _opened(kms.client, _sealed(kms.client, _key(kms.client))) == b"secret"


def _other_context(kms: Kms) -> bool:
    blob = _sealed(kms.client, _key(kms.client), EncryptionContext={"tenant": "7"})
    code, _ = _refusal(kms.client.decrypt, CiphertextBlob=blob, EncryptionContext={"tenant": "8"})
    return code == "InvalidCiphertextException"


def _altered(kms: Kms) -> list[bool]:
    blob = _sealed(kms.client, _key(kms.client))
    altered = [
        blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :] for at in (len(blob) // 2, len(blob) - 1)
    ]
    return [
        _refusal(kms.client.decrypt, CiphertextBlob=each)[0] == "InvalidCiphertextException"
        for each in (*altered, blob[:-1], b"never encrypted")
    ]


def _wrong_key(kms: Kms) -> bool:
    blob = _sealed(kms.client, _key(kms.client))
    code, _ = _refusal(kms.client.decrypt, CiphertextBlob=blob, KeyId=_key(kms.client))
    return code == "IncorrectKeyException"


def _re_encrypts(kms: Kms) -> bool:
    blob = _sealed(kms.client, _key(kms.client), EncryptionContext={"a": "1"})
    other = _key(kms.client)
    moved = kms.client.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"a": "1"},
        DestinationKeyId=other,
        DestinationEncryptionContext={"b": "2"},
    )["CiphertextBlob"]
    return _opened(kms.client, moved, KeyId=other, EncryptionContext={"b": "2"}) == b"secret"


def _data_keys(kms: Kms) -> list[bool]:
    key = _key(kms.client)

    def of_data_key() -> bool:
        made = kms.client.generate_data_key(KeyId=key, KeySpec="AES_256")
        text: bytes = made["Plaintext"]
        return len(text) == 32 and _opened(kms.client, made["CiphertextBlob"]) == text

    def of_pair() -> bool:
        pair = kms.client.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256")
        text: bytes = pair["PrivateKeyPlaintext"]
        return _opened(kms.client, pair["PrivateKeyCiphertextBlob"]) == text

    return _holds(of_data_key, of_pair)


# Signatures, codes, agreement


def _signatures(kms: Kms) -> list[bool]:
    found = []
    for spec, algorithm in (
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ):
        key = _key(kms.client, KeySpec=spec, KeyUsage="SIGN_VERIFY")
        signature = kms.client.sign(KeyId=key, Message=b"an order", SigningAlgorithm=algorithm)
        public: Any = load_der_public_key(kms.client.get_public_key(KeyId=key)["PublicKey"])
        scheme: tuple[Any, ...] = (padding.PKCS1v15(), SHA256())
        if isinstance(public, ec.EllipticCurvePublicKey):
            scheme = (ec.ECDSA(SHA256()),)
        verify = functools.partial(public.verify, signature["Signature"], b"an order", *scheme)
        found.append(_goes_well(verify))
    return found


def _wrong_signature(kms: Kms) -> bool:
    key = _key(kms.client, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    asked = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.client.sign(Message=b"an order", **asked)["Signature"]
    code, _ = _refusal(kms.client.verify, Message=b"another", Signature=signature, **asked)
    return code == "KMSInvalidSignatureException"


def _digest_length(kms: Kms) -> bool:
    key = _key(kms.client, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    code, _ = _refusal(
        kms.client.sign,
        KeyId=key,
        Message=b"too short",
        MessageType="DIGEST",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return code == "ValidationException"


def _usage(kms: Kms) -> list[bool]:
    signing = _key(kms.client, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    encrypting = _key(kms.client)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (kms.client.encrypt, {"KeyId": signing, "Plaintext": b"secret"}),
        (kms.client.generate_data_key, {"KeyId": signing, "KeySpec": "AES_256"}),
        (
            kms.client.sign,
            {"KeyId": encrypting, "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"},
        ),
        (
            kms.client.generate_mac,
            {"KeyId": encrypting, "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"},
        ),
    ]
    return [_refusal(call, **params)[0] == "InvalidKeyUsageException" for call, params in asked]


def _macs(kms: Kms) -> bool:
    key = _key(kms.client, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    asked = {"KeyId": key, "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
    mac = kms.client.generate_mac(**asked)["Mac"]
    other = {**asked, "Message": b"other", "Mac": mac}
    return (
        kms.client.verify_mac(**asked, Mac=mac)["MacValid"]
        and _refusal(kms.client.verify_mac, **other)[0] == "KMSInvalidMacException"
    )


def _agreement(kms: Kms) -> bool:
    key = _key(kms.client, KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")
    ours = ec.generate_private_key(ec.SECP256R1())
    theirs: Any = load_der_public_key(kms.client.get_public_key(KeyId=key)["PublicKey"])
    secret = kms.client.derive_shared_secret(
        KeyId=key,
        KeyAgreementAlgorithm="ECDH",
        PublicKey=ours.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )["SharedSecret"]
    return bool(secret == ours.exchange(ec.ECDH(), theirs))


def _ml_dsa(kms: Kms) -> bool:
    key = _key(kms.client, KeySpec="ML_DSA_65", KeyUsage="SIGN_VERIFY")
    asked = {"KeyId": key, "Message": b"an order", "SigningAlgorithm": "ML_DSA_SHAKE_256"}
    signature = kms.client.sign(**asked)["Signature"]
    # FIPS 204, table 2.
    return (
        len(signature) == 3309 and kms.client.verify(**asked, Signature=signature)["SignatureValid"]
    )


# Keys and their states


# In which state a call with the key is refused, and with what: the guide's key state table.
_DISABLED, _INVALID = "DisabledException", "KMSInvalidStateException"
_STATES: Final[Mapping[str, tuple[dict[str, Any], tuple[str, str, str]]]] = {
    # operation: parameters, Disabled, PendingDeletion, PendingImport
    "encrypt": ({"Plaintext": b"m"}, (_DISABLED, _INVALID, _INVALID)),
    "generate_data_key": ({"KeySpec": "AES_256"}, (_DISABLED, _INVALID, _INVALID)),
    "describe_key": ({}, ("", "", "")),
    "get_key_policy": ({"PolicyName": "default"}, ("", "", "")),
    "list_resource_tags": ({}, ("", "", "")),
    "tag_resource": (
        {"Tags": [{"TagKey": "a", "TagValue": "1"}]},
        ("", _INVALID, ""),
    ),
    "update_key_description": ({"Description": "d"}, ("", _INVALID, "")),
    "create_grant": (
        {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Decrypt"]},
        (_DISABLED, _INVALID, _INVALID),
    ),
    "cancel_key_deletion": ({}, (_INVALID, "", _INVALID)),
    "enable_key": ({}, ("", _INVALID, _INVALID)),
    "disable_key": ({}, ("", _INVALID, _INVALID)),
}


def _states(kms: Kms) -> list[bool]:
    return [
        _refusal(getattr(kms.client, operation), KeyId=_in_state(kms.client, state), **params)[0]
        == expected
        for operation, (params, row) in _STATES.items()
        for state, expected in enumerate(row)
    ]


def _in_state(client: Any, state: int) -> str:
    """Return a new key: 0 disabled, 1 pending deletion, 2 pending import."""
    key = _key(client, **({"Origin": "EXTERNAL"} if state == 2 else {}))
    if state == 0:
        client.disable_key(KeyId=key)
    if state == 1:
        client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return key


def _decrypts_by_state(kms: Kms) -> list[bool]:
    """Whether an old ciphertext opens again when its key is enabled again."""
    key = _key(kms.client)
    blob = _sealed(kms.client, key)
    kms.client.disable_key(KeyId=key)
    refused = _refusal(kms.client.decrypt, CiphertextBlob=blob)[0] == _DISABLED
    kms.client.enable_key(KeyId=key)
    return [refused, _opened(kms.client, blob) == b"secret"]


def _deletion(kms: Kms) -> bool | None:
    if kms.later is None:
        return None
    key = _key(kms.client)
    blob = _sealed(kms.client, key)
    kms.client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    kms.later(8)
    return _refusal(kms.client.describe_key, KeyId=key)[0] == "NotFoundException" and bool(
        _refusal(kms.client.decrypt, CiphertextBlob=blob)[0]
    )


def _rotation(kms: Kms) -> list[bool]:
    key = _key(kms.client)
    before = _sealed(kms.client, key)
    kms.client.rotate_key_on_demand(KeyId=key)
    after = _sealed(kms.client, key)

    def material(blob: bytes) -> str:
        name: str = kms.client.decrypt(CiphertextBlob=blob)["KeyMaterialId"]
        return name

    return _holds(
        lambda: _opened(kms.client, before) == _opened(kms.client, after) == b"secret",
        lambda: material(before) != material(after),
        lambda: len(kms.client.list_key_rotations(KeyId=key)["Rotations"]) == 1,
    )


def _yearly(kms: Kms) -> bool | None:
    if kms.later is None:
        return None
    key = _key(kms.client)
    kms.client.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    kms.later(91)
    rotations = kms.client.list_key_rotations(KeyId=key)["Rotations"]
    return [each["RotationType"] for each in rotations] == ["AUTOMATIC"]


def _imported(kms: Kms) -> list[bool]:
    key = _key(kms.client, Origin="EXTERNAL")
    state = kms.client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    _import(kms.client, key, bytes(32))
    blob = _sealed(kms.client, key)
    found = [state == "PendingImport", _opened(kms.client, blob) == b"secret"]
    kms.client.delete_imported_key_material(KeyId=key)
    other = bytes(31) + b"\1"
    return found + _holds(
        lambda: _refusal(kms.client.decrypt, CiphertextBlob=blob)[0] == _INVALID,
        lambda: (
            _refusal(_import, client=kms.client, key=key, material=other)[0]
            == "IncorrectKeyMaterialException"
        ),
        lambda: (
            _goes_well(_import, client=kms.client, key=key, material=bytes(32))
            and _opened(kms.client, blob) == b"secret"
        ),
    )


def _expiry(kms: Kms) -> bool | None:
    if kms.later is None:
        return None
    key = _key(kms.client, Origin="EXTERNAL")
    due = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    _import(kms.client, key, bytes(32), ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=due)
    kms.later(3)
    return bool(kms.client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport")


def _import(client: Any, key: str, material: bytes, **params: Any) -> None:
    tokens = client.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    public: Any = load_der_public_key(tokens["PublicKey"])
    wrapped = public.encrypt(material, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))
    client.import_key_material(
        KeyId=key,
        ImportToken=tokens["ImportToken"],
        EncryptedKeyMaterial=wrapped,
        **(params or {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}),
    )


def _replicas(kms: Kms) -> list[bool]:
    key = _key(kms.client, MultiRegion=True)
    blob = _sealed(kms.client, key)
    kms.client.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")

    def state() -> str:
        kms.client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        found: str = kms.client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        return found

    return _holds(
        lambda: _opened(kms.other_region, blob) == b"secret",
        lambda: state() == "PendingReplicaDeletion",
    )


def _key_stores(kms: Kms) -> bool:
    return _goes_well(kms.client.describe_custom_key_stores)


def _names(kms: Kms) -> list[bool]:
    key = _key(kms.client)
    alias = f"alias/of-{key[-12:]}"
    kms.client.create_alias(AliasName=alias, TargetKeyId=key)
    names = (key, _arn(key), alias, _arn(key).replace(f"key/{key}", alias))
    calls = (kms.client.encrypt, kms.client.generate_data_key, kms.client.describe_key)
    params: tuple[dict[str, Any], ...] = ({"Plaintext": b"m"}, {"KeySpec": "AES_256"}, {})
    found = [
        _goes_well(call, KeyId=name, **given)
        for call, given in zip(calls, params, strict=True)
        for name in names
    ]
    changes = (kms.client.disable_key, kms.client.enable_key, kms.client.schedule_key_deletion)
    return [*found, *(_goes_well(call, KeyId=_arn(key)) for call in changes)]


# Permissions


def _no_permission(kms: Kms) -> bool | None:
    if kms.somebody is None:
        return None
    key = _key(kms.client)
    user = kms.somebody("nobody", [])
    return _is_denied(user.encrypt, KeyId=key, Plaintext=b"m")


def _iam_permission(kms: Kms) -> bool | None:
    if kms.somebody is None:
        return None
    key, other = _key(kms.client), _key(kms.client)
    policy = _policy({"Effect": "Allow", "Action": "kms:Encrypt", "Resource": _arn(key)})
    user = kms.somebody("encrypts", [policy])
    blob = _sealed(user, key)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (user.decrypt, {"CiphertextBlob": blob, "KeyId": key}),
        (user.encrypt, {"KeyId": other, "Plaintext": b"m"}),
    ]
    return all(_is_denied(call, **params) for call, params in asked)


def _key_policy(kms: Kms) -> bool | None:
    """A key policy that denies; one that allows whom no IAM policy does."""
    if kms.somebody is None:
        return None
    user = f"arn:aws:iam::{ACCOUNT}:user/named"
    allowed, denied = (
        _key(kms.client, Policy=json.dumps(_policy(_ROOT, {**said, "Principal": {"AWS": user}})))
        for said in (
            {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"},
            {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"},
        )
    )
    everything = _policy({"Effect": "Allow", "Action": "kms:*", "Resource": _arn(denied)})
    client = kms.somebody("named", [everything])
    return _goes_well(client.encrypt, KeyId=allowed, Plaintext=b"m") and _is_denied(
        client.encrypt, KeyId=denied, Plaintext=b"m"
    )


def _is_denied(call: Callable[..., Any], **params: Any) -> bool:
    """By the code that AWS has, or by the status that goes with it."""
    return _refusal(call, **params)[0] in ("AccessDeniedException", "AccessDenied", "403")


_ROOT: Final = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def _policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _grants(kms: Kms) -> bool | None:
    """A grant that lets somebody in, for one encryption context."""
    if kms.somebody is None:
        return None
    key = _key(kms.client)
    # Made before anybody is asked for permissions.
    kms.client.create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:user/grantee",
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": {"tenant": "7"}},
    )
    client = kms.somebody("grantee", [])
    asked: dict[str, Any] = {"KeyId": key, "Plaintext": b"m"}
    return _goes_well(client.encrypt, **asked, EncryptionContext={"tenant": "7"}) and _is_denied(
        client.encrypt, **asked, EncryptionContext={"tenant": "8"}
    )


def _grants_kept(kms: Kms) -> bool:
    key = _key(kms.client)
    grant = kms.client.create_grant(
        KeyId=key, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:root", Operations=["Encrypt"]
    )["GrantId"]
    listed = [each["GrantId"] for each in kms.client.list_grants(KeyId=key)["Grants"]]
    kms.client.revoke_grant(KeyId=key, GrantId=grant)
    return listed == [grant] and not kms.client.list_grants(KeyId=key)["Grants"]


def _bad_policies(kms: Kms) -> list[bool]:
    """What is no policy, and what would lock its author out."""
    nobody = _policy({**_ROOT, "Action": "kms:Encrypt"})
    return [
        _refusal(kms.client.create_key, Policy=text)[0] == "MalformedPolicyDocumentException"
        for text in ("my policy", json.dumps(nobody))
    ]


# Requests


def _texts(kms: Kms) -> list[bool]:
    """AWS's own words, of errors that applications and people meet."""
    key = _key(kms.client)
    kms.client.disable_key(KeyId=key)
    leaving = _key(kms.client)
    kms.client.schedule_key_deletion(KeyId=leaving, PendingWindowInDays=7)
    missing = "11111111-2222-4333-8444-555555555555"
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/nobody-made-it"
    asked = (
        (key, f"{_arn(key)} is disabled."),
        (leaving, f"{_arn(leaving)} is pending deletion."),
        (missing, f"Key '{_arn(missing)}' does not exist"),
        ("alias/nobody-made-it", f"Alias {alias} is not found."),
    )
    return [
        _refusal(kms.client.encrypt, KeyId=name, Plaintext=b"m")[1] == text for name, text in asked
    ]


def _validation(kms: Kms) -> list[bool]:
    """Lengths, ranges and names that the API reference limits."""
    key = _key(kms.client)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (kms.client.encrypt, {"KeyId": key, "Plaintext": bytes(4097)}),
        (kms.client.schedule_key_deletion, {"KeyId": key, "PendingWindowInDays": 6}),
        (kms.client.create_alias, {"AliasName": "no-prefix", "TargetKeyId": key}),
        (kms.client.create_key, {"Description": "x" * 8193}),
        (kms.client.enable_key_rotation, {"KeyId": key, "RotationPeriodInDays": 89}),
        (kms.client.generate_data_key, {"KeyId": key, "NumberOfBytes": 1025}),
    ]
    return [_refusal(call, **params)[0] == "ValidationException" for call, params in asked]


def _dry_runs(kms: Kms) -> list[bool]:
    key = _key(kms.client)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (kms.client.encrypt, {"KeyId": key, "Plaintext": b"m"}),
        (kms.client.generate_data_key, {"KeyId": key, "KeySpec": "AES_256"}),
        (kms.client.decrypt, {"CiphertextBlob": _sealed(kms.client, key)}),
    ]
    return [
        _refusal(call, **params, DryRun=True)[0] == "DryRunOperationException"
        for call, params in asked
    ]


def _pages(kms: Kms) -> list[bool]:
    key, _ = _key(kms.client), _key(kms.client)
    for number in range(3):
        kms.client.create_alias(AliasName=f"alias/of-{key[-12:]}-{number}", TargetKeyId=key)
        kms.client.create_grant(
            KeyId=key, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:root", Operations=["Decrypt"]
        )
    pages = (
        kms.client.list_keys(Limit=1),
        kms.client.list_aliases(KeyId=key, Limit=2),
        kms.client.list_grants(KeyId=key, Limit=2),
    )
    return [page.get("Truncated") is True and bool(page.get("NextMarker")) for page in pages]


def _operations(kms: Kms) -> list[bool]:
    """Those of the client's botocore."""
    names = kms.client.meta.service_model.operation_names
    return [_knows(kms.client, name) for name in names]


def _knows(client: Any, operation: str) -> bool:
    """Tell whether an empty request is refused for what it lacks, or for what it asks."""
    try:
        code, text = _refusal(getattr(client, xform_name(operation)))
    except NotImplementedError:
        return False
    except Exception:
        # It knows the operation well enough to stumble over the request.
        return True
    return not any(each in f"{code} {text}".lower() for each in _UNKNOWN)


_UNKNOWN: Final = (
    *("unknownoperation", "invalidaction", "unknown action", "not implemented"),
    "not yet been emulated",
)


_SPECS: Final = {
    "SYMMETRIC_DEFAULT": "ENCRYPT_DECRYPT",
    **{f"RSA_{bits}": "SIGN_VERIFY" for bits in (2048, 3072, 4096)},
    **{f"ECC_NIST_P{bits}": "KEY_AGREEMENT" for bits in (256, 384, 521)},
    "ECC_SECG_P256K1": "SIGN_VERIFY",
    "ECC_NIST_EDWARDS25519": "SIGN_VERIFY",
    **{f"ML_DSA_{level}": "SIGN_VERIFY" for level in (44, 65, 87)},
    **{f"HMAC_{bits}": "GENERATE_VERIFY_MAC" for bits in (224, 256, 384, 512)},
}


def _specs(kms: Kms) -> list[bool]:
    def is_made(spec: str, usage: str) -> bool:
        made = kms.client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        return bool(made["KeySpec"] == spec)

    return _holds(*(functools.partial(is_made, *each) for each in _SPECS.items()))


BEHAVIOURS: Final = (
    Behaviour("operations of the API that it knows", "API reference, Actions", _operations),
    Behaviour("key specs that can be made", "API reference, CreateKey", _specs),
    Behaviour("a key's ID, its ARN and its aliases name it", "Key identifiers", _names),
    Behaviour("a ciphertext opens without being told its key", "Decrypt", _opens),
    Behaviour("another encryption context is refused", "Decrypt", _other_context),
    Behaviour("an altered or made-up ciphertext is refused", "Decrypt", _altered),
    Behaviour("a ciphertext of another key is refused", "Decrypt", _wrong_key),
    Behaviour("ReEncrypt changes key and context", "ReEncrypt", _re_encrypts),
    Behaviour("data keys and key pairs open again", "GenerateDataKey", _data_keys),
    Behaviour("signatures hold outside of KMS", "Sign", _signatures),
    Behaviour("a wrong signature is an error", "Verify", _wrong_signature),
    Behaviour("a digest of another length is refused", "Sign", _digest_length),
    Behaviour("a key is refused what is not its usage", "CreateKey, KeyUsage", _usage),
    Behaviour("HMACs hold, others are refused", "GenerateMac, VerifyMac", _macs),
    Behaviour("ECDH agrees with the other side", "DeriveSharedSecret", _agreement),
    Behaviour("ML-DSA signs and verifies", "Sign; FIPS 204", _ml_dsa),
    Behaviour("a disabled key decrypts again once it is enabled", "Key states", _decrypts_by_state),
    Behaviour("key states, a sample of AWS's table", "Key states", _states),
    Behaviour("a key is gone when its window is over", "ScheduleKeyDeletion", _deletion),
    Behaviour("rotation on demand: new material, old ciphertexts open", "Rotation", _rotation),
    Behaviour("automatic rotation, when it is due", "EnableKeyRotation", _yearly),
    Behaviour(
        "imported material: its states, and no other material", "ImportKeyMaterial", _imported
    ),
    Behaviour("imported material expires", "ImportKeyMaterial", _expiry),
    Behaviour("multi-Region keys open each other's ciphertexts", "ReplicateKey", _replicas),
    Behaviour("custom key stores can be listed", "DescribeCustomKeyStores", _key_stores),
    Behaviour("whom nothing allows is refused", "Default key policy", _no_permission),
    Behaviour("an IAM policy allows what it says and no more", "IAM policies", _iam_permission),
    Behaviour("a key policy allows and denies by itself", "Key policies", _key_policy),
    Behaviour("a grant lets its grantee in, within its constraints", "Grants", _grants),
    Behaviour("grants are kept, listed and revoked", "Grants", _grants_kept),
    Behaviour("bad key policies are refused", "CreateKey, Policy", _bad_policies),
    Behaviour("errors in AWS's own words", "recorded answers", _texts),
    Behaviour("lengths, ranges and names are checked", "API reference", _validation),
    Behaviour("dry runs", "DryRun", _dry_runs),
    Behaviour("lists come in pages", "ListKeys, ListAliases, ListGrants", _pages),
)
