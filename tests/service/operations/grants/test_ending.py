"""RetireGrant and RevokeGrant, by whom and in which state, and what ends with a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from pytest_kmsmock import Key, KmsMock, mock_kms
from pytest_kmsmock.handles.keys import InitialState

WORKER: Final = "arn:aws:iam::123456789012:role/worker"
PARTNER: Final = "arn:aws:iam::210987654321:role/partner"
UNKNOWN: Final = "a1" * 32


def by_token(client: Any, key: Key, made: dict[str, str]) -> None:
    client.retire_grant(GrantToken=made["GrantToken"])


def by_arn_and_id(client: Any, key: Key, made: dict[str, str]) -> None:
    client.retire_grant(KeyId=key.arn, GrantId=made["GrantId"])


def by_ids(client: Any, key: Key, made: dict[str, str]) -> None:
    client.retire_grant(KeyId=key.id, GrantId=made["GrantId"])


def by_revoking(client: Any, key: Key, made: dict[str, str]) -> None:
    client.revoke_grant(KeyId=key.id, GrantId=made["GrantId"])


End = Callable[[Any, Key, dict[str, str]], None]
every_way = pytest.mark.parametrize("end", [by_token, by_arn_and_id, by_ids, by_revoking])


@every_way
def test_a_grant_ends(client: Any, key: Key, grant: Any, end: End) -> None:
    """The one that is named; the others stay. There is nothing in the answer."""
    first, second, third = (grant()["GrantId"] for _ in range(3))
    made = grant()

    end(client, key, made)

    assert [each["GrantId"] for each in key.grants] == [first, second, third]


@every_way
def test_a_grant_ends_in_every_key_state(kms: KmsMock, client: Any, grant: Any, end: End) -> None:
    """Source: KMS Developer Guide, "Key states of AWS KMS keys"."""
    disabled, deleted, imported = kms.create_key(), kms.create_key(), external(kms)
    keys: dict[Key, Callable[[], Any]] = {
        disabled: lambda: client.disable_key(KeyId=disabled.id),
        deleted: lambda: client.schedule_key_deletion(KeyId=deleted.id),
        imported: lambda: client.delete_imported_key_material(KeyId=imported.id),
    }

    for key, change in keys.items():
        made = grant(KeyId=key.id)
        change()

        end(client, key, made)

        assert key.grants == []
    assert [key.state for key in keys] == ["Disabled", "PendingDeletion", "PendingImport"]


def external(kms: KmsMock) -> Key:
    return kms.create_key(origin="EXTERNAL", material=bytes(range(32)))


@pytest.mark.parametrize(
    ("state", "code"),
    [("Disabled", "DisabledException"), ("PendingDeletion", "KMSInvalidStateException")],
)
def test_no_grant_begins_on_a_key_that_cannot_be_used(
    kms: KmsMock, client: Any, refusal: Any, state: InitialState, code: str
) -> None:
    """Grants that there are stay, and are listed."""
    key = kms.create_key(state=state)

    error = refusal(
        client.create_grant, KeyId=key.id, GranteePrincipal=WORKER, Operations=["Encrypt"]
    )

    assert error.code == code
    assert key.arn in error.message
    assert client.list_grants(KeyId=key.id)["Grants"] == []


def test_grants_outlive_a_disabled_and_an_undeleted_key(key: Key, grant: Any, client: Any) -> None:
    """Whoever cancels a deletion finds the grants again."""
    made = grant()["GrantId"]

    key.schedule_deletion()
    key.cancel_deletion()
    key.enable()

    assert [each["GrantId"] for each in key.grants] == [made]


def test_grants_end_with_their_key(kms: KmsMock, key: Key, grant: Any, refusal: Any) -> None:
    """Retiring one by its token afterwards finds no key."""
    made = grant()
    key.schedule_deletion(days=7)
    kms.clock.advance(days=8)

    error = refusal(kms.client().retire_grant, GrantToken=made["GrantToken"])

    assert error == ("NotFoundException", f"Key '{key.arn}' does not exist")


def test_a_key_made_again_under_the_same_id_has_no_grants(kms: KmsMock, grant: Any) -> None:
    """Nothing of the old key's is left for the new one."""
    key = kms.create_key()
    grant(KeyId=key.id, Name="nightly")
    key.delete()

    again = kms.create_key(key_id=key.id)

    assert again.grants == []
    grant(KeyId=again.id, Name="nightly")
    assert len(again.grants) == 1


@every_way
def test_a_grant_ends_once(client: Any, key: Key, grant: Any, refusal: Any, end: End) -> None:
    """Afterwards it is not found."""
    made = grant()
    end(client, key, made)

    error = refusal(end, client=client, key=key, made=made)

    assert error.code == "NotFoundException"
    assert made["GrantId"] in error.message


def test_every_token_of_a_grant_retires_it(client: Any, key: Key, grant: Any) -> None:
    """All tokens of one grant ID can be used interchangeably, the first ones too."""
    tokens = [grant(Name="nightly")["GrantToken"] for _ in range(3)]
    assert len(set(tokens)) == 3

    client.retire_grant(GrantToken=tokens[0])

    assert key.grants == []


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"GrantId": UNKNOWN},
        {"KeyId": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
    ],
    ids=["nothing", "the grant's ID alone", "the key alone"],
)
def test_a_grant_to_retire_must_be_named(client: Any, refusal: Any, params: dict[str, str]) -> None:
    """By a token, or by key and ID. The model requires none of them, since it is either."""
    assert refusal(client.retire_grant, **params).code == "ValidationException"


@pytest.mark.parametrize("besides", [("KeyId",), ("GrantId",), ("KeyId", "GrantId")])
def test_a_grant_is_named_in_one_way(
    client: Any, key: Key, grant: Any, refusal: Any, besides: tuple[str, ...]
) -> None:
    """A token alone, though key and ID be those of the same grant; and it stays."""
    made = grant()
    names = {"KeyId": key.arn, "GrantId": made["GrantId"]}

    error = refusal(
        client.retire_grant,
        GrantToken=made["GrantToken"],
        **{name: names[name] for name in besides},
    )

    assert error == (
        "ValidationException",
        "Specify either a grant token, or a key ID and a grant ID.",
    )
    assert len(key.grants) == 1


@pytest.mark.parametrize("token", ["made-up", "x", "AQ==", "x" * 8192])
def test_a_made_up_token_retires_nothing(client: Any, refusal: Any, token: str) -> None:
    """InvalidGrantTokenException: it was never given out."""
    assert refusal(client.retire_grant, GrantToken=token).code == "InvalidGrantTokenException"


def test_a_token_is_good_in_its_own_kms_only(client: Any, grant: Any, refusal: Any) -> None:
    """Another mock, like another AWS, does not know it."""
    made = grant()

    with mock_kms():
        error = refusal(client.retire_grant, GrantToken=made["GrantToken"])

    assert error.code == "InvalidGrantTokenException"


def test_a_changed_token_is_no_token(client: Any, grant: Any, refusal: Any) -> None:
    """It is authenticated, whichever character is changed."""
    token = grant()["GrantToken"]

    for position in (0, len(token) // 2, len(token) - 6):
        other = "A" if token[position] != "A" else "B"
        changed = token[:position] + other + token[position + 1 :]
        error = refusal(client.retire_grant, GrantToken=changed)
        assert error.code == "InvalidGrantTokenException"


@pytest.mark.parametrize("operation", ["retire_grant", "revoke_grant"])
def test_an_id_that_can_be_none_is_told(
    client: Any, key: Key, refusal: Any, operation: str
) -> None:
    """InvalidGrantIdException for text, NotFoundException for an unknown ID."""
    method = getattr(client, operation)

    invalid = refusal(method, KeyId=key.arn, GrantId="nightly")
    unknown = refusal(method, KeyId=key.arn, GrantId=UNKNOWN)

    assert invalid.code == "InvalidGrantIdException"
    assert unknown.code == "NotFoundException"
    assert UNKNOWN in unknown.message


@pytest.mark.parametrize("operation", ["retire_grant", "revoke_grant"])
def test_another_keys_grant_is_not_found(
    client: Any, grant: Any, kms: KmsMock, key: Key, refusal: Any, operation: str
) -> None:
    """Key and ID must belong together."""
    made, other = grant(), kms.create_key()

    error = refusal(getattr(client, operation), KeyId=other.arn, GrantId=made["GrantId"])

    assert error.code == "NotFoundException"
    assert len(key.grants) == 1


def test_a_token_is_for_its_own_region(grant: Any, kms: KmsMock, key: Key, refusal: Any) -> None:
    """Elsewhere it names a key of another Region."""
    error = refusal(kms.client("eu-west-1").retire_grant, GrantToken=grant()["GrantToken"])

    assert error.code in ("NotFoundException", "InvalidGrantTokenException")
    assert len(key.grants) == 1


def test_somebody_else_retires_and_revokes_on_our_key(kms: KmsMock, key: Key, grant: Any) -> None:
    """Both work across accounts, the key named by its ARN."""
    partner = kms.client(principal=PARTNER)
    first, second, third = (grant(RetiringPrincipal=PARTNER) for _ in range(3))

    partner.retire_grant(GrantToken=first["GrantToken"])
    partner.retire_grant(KeyId=key.arn, GrantId=second["GrantId"])
    partner.revoke_grant(KeyId=key.arn, GrantId=third["GrantId"])

    assert key.grants == []


def test_the_record_tells_which_key_a_token_was_about(
    client: Any, key: Key, grant: Any, kms: KmsMock
) -> None:
    """Although the request does not name it."""
    made = grant()

    client.retire_grant(GrantToken=made["GrantToken"])

    assert kms.calls("RetireGrant")[0].key == key


# Tokens as permission: `GrantTokens` of other operations.


def test_a_token_goes_with_a_request(client: Any, key: Key, grant: Any) -> None:
    """Right after CreateGrant it makes the grant count at once; here it counts anyway."""
    token = grant(Operations=["Encrypt", "Decrypt"])["GrantToken"]

    blob = client.encrypt(KeyId=key.id, Plaintext=b"secret", GrantTokens=[token])["CiphertextBlob"]

    assert client.decrypt(CiphertextBlob=blob, GrantTokens=[token])["Plaintext"] == b"secret"
    assert client.describe_key(KeyId=key.id, GrantTokens=[token])["KeyMetadata"]["KeyId"] == key.id


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("encrypt", {"Plaintext": b"x"}),
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("create_grant", {"GranteePrincipal": WORKER, "Operations": ["Encrypt"]}),
    ],
)
def test_a_made_up_token_is_refused(
    client: Any, key: Key, grant: Any, refusal: Any, operation: str, params: dict[str, Any]
) -> None:
    """Even where the caller would not need it, and beside a good one."""
    good = grant()["GrantToken"]

    error = refusal(
        getattr(client, operation), KeyId=key.id, GrantTokens=[good, "made-up"], **params
    )

    assert error.code == "InvalidGrantTokenException"


def test_there_can_be_ten_tokens(client: Any, key: Key, grant: Any, refusal: Any) -> None:
    """Source: the model, GrantTokenList."""
    token = grant()["GrantToken"]
    client.encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=[token] * 10)

    error = refusal(client.encrypt, KeyId=key.id, Plaintext=b"x", GrantTokens=[token] * 11)

    assert error.code == "ValidationException"
    assert "at 'grantTokens'" in error.message
