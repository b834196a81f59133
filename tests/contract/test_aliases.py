"""CreateAlias, UpdateAlias, DeleteAlias, ListAliases."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pytest

ACCOUNT = "123456789012"


def new_key(client: Any) -> str:
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id


def alias_arn(name: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:{name}"


@pytest.mark.usefixtures("empty_account")
def test_alias_is_listed_with_its_target(client: Any, key_id: str) -> None:
    """TargetKeyId is the bare ID. Source: KMS API Reference, AliasListEntry."""
    response = client.create_alias(AliasName="alias/app/main_1", TargetKeyId=key_id)

    assert response.keys() == {"ResponseMetadata"}
    listed = client.list_aliases()
    del listed["ResponseMetadata"]
    entry = listed["Aliases"][0]
    created, updated = entry.pop("CreationDate"), entry.pop("LastUpdatedDate")
    assert created == updated
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(seconds=60)
    assert listed == {
        "Aliases": [
            {
                "AliasName": "alias/app/main_1",
                "AliasArn": alias_arn("alias/app/main_1"),
                "TargetKeyId": key_id,
            }
        ],
        "Truncated": False,
    }


@pytest.mark.parametrize("form", ["id", "arn"])
def test_target_is_named_by_id_or_arn(client: Any, form: str) -> None:
    """Source: KMS API Reference, CreateAlias, TargetKeyId."""
    metadata = client.create_key()["KeyMetadata"]
    target = metadata["KeyId"] if form == "id" else metadata["Arn"]

    client.create_alias(AliasName="alias/app", TargetKeyId=target)

    assert client.list_aliases()["Aliases"][0]["TargetKeyId"] == metadata["KeyId"]


def test_alias_is_not_part_of_the_metadata(client: Any, key_id: str) -> None:
    """DescribeKey by an alias returns the same KeyMetadata as by the ID."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    by_id = client.describe_key(KeyId=key_id)["KeyMetadata"]

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"] == by_id
    assert client.describe_key(KeyId=alias_arn("alias/app"))["KeyMetadata"] == by_id


def test_alias_names_are_case_sensitive(client: Any, refusal: Any) -> None:
    """Two names that differ in case are two aliases."""
    lower, upper = new_key(client), new_key(client)
    client.create_alias(AliasName="alias/app", TargetKeyId=lower)
    client.create_alias(AliasName="alias/APP", TargetKeyId=upper)

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"] == lower
    assert client.describe_key(KeyId="alias/APP")["KeyMetadata"]["KeyId"] == upper
    error = refusal(client.describe_key, KeyId="alias/App")
    assert error.message == f"Alias {alias_arn('alias/App')} is not found."


def test_key_may_have_several_aliases(client: Any, key_id: str) -> None:
    """ListAliases with a KeyId lists those of that key only."""
    other = new_key(client)
    client.create_alias(AliasName="alias/a", TargetKeyId=key_id)
    client.create_alias(AliasName="alias/b", TargetKeyId=other)
    client.create_alias(AliasName="alias/c", TargetKeyId=key_id)

    of_key = client.list_aliases(KeyId=key_id)

    assert [alias["AliasName"] for alias in of_key["Aliases"]] == ["alias/a", "alias/c"]
    assert of_key["Truncated"] is False
    assert "NextMarker" not in of_key


@pytest.mark.parametrize("key_form", ["alias/app", alias_arn("alias/app")])
def test_aliases_of_a_key_are_not_asked_for_by_alias(
    client: Any, key_id: str, refusal: Any, key_form: str
) -> None:
    """ListAliases takes a key ID or a key ARN."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    error = refusal(client.list_aliases, KeyId=key_form)

    assert error.code == "InvalidArnException"


KINDS: Final = {
    "encrypts": {},
    "encrypts too": {"Description": "another"},
    "RSA, encrypts": {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
    "RSA, signs": {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
    "ECC, signs": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    "ECC, agrees": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
    "authenticates": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
}


@pytest.mark.parametrize(
    ("current", "new", "is_moved"),
    [
        ("encrypts", "encrypts too", True),
        ("RSA, signs", "ECC, signs", True),
        # The same usage, another kind of key.
        ("encrypts", "RSA, encrypts", False),
        ("RSA, encrypts", "encrypts", False),
        # The same kind of key, another usage.
        ("RSA, encrypts", "RSA, signs", False),
        ("ECC, signs", "ECC, agrees", False),
        # Both are others.
        ("authenticates", "encrypts", False),
        ("authenticates", "ECC, signs", False),
    ],
)
def test_alias_stays_with_keys_of_one_kind_and_usage(
    client: Any, refusal: Any, current: str, new: str, is_moved: bool
) -> None:
    """What calls by it works with the new key too. Source: KMS API Reference, UpdateAlias."""
    keys = [client.create_key(**KINDS[kind])["KeyMetadata"]["KeyId"] for kind in (current, new)]
    client.create_alias(AliasName="alias/app", TargetKeyId=keys[0])
    params = {"AliasName": "alias/app", "TargetKeyId": keys[1]}

    if is_moved:
        client.update_alias(**params)
    else:
        assert refusal(client.update_alias, **params).code == "ValidationException"

    assert client.list_aliases()["Aliases"][0]["TargetKeyId"] == keys[is_moved]


def test_moved_alias_names_the_wrong_key_for_old_ciphertext(client: Any, refusal: Any) -> None:
    """Decrypt with a KeyId wants the key that encrypted, whatever its name is now."""
    old, new = new_key(client), new_key(client)
    client.create_alias(AliasName="alias/app", TargetKeyId=old)
    blob = client.encrypt(KeyId="alias/app", Plaintext=b"old")["CiphertextBlob"]
    client.update_alias(AliasName="alias/app", TargetKeyId=new)

    error = refusal(client.decrypt, CiphertextBlob=blob, KeyId="alias/app")

    assert error.code == "IncorrectKeyException"


@pytest.mark.usefixtures("empty_account")
def test_deleted_alias_is_free_again(client: Any, key_id: str, refusal: Any) -> None:
    """The key stays; deleting twice is NotFoundException."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    response = client.delete_alias(AliasName="alias/app")

    assert response.keys() == {"ResponseMetadata"}
    assert client.list_aliases()["Aliases"] == []
    error = refusal(client.delete_alias, AliasName="alias/app")
    assert error.code == "NotFoundException"
    client.create_alias(AliasName="alias/app", TargetKeyId=new_key(client))
    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_key_has_50_aliases_at_most(client: Any, key_id: str, refusal: Any) -> None:
    """By CreateAlias and by UpdateAlias alike. Source: guide, "Resource quotas"."""
    for number in range(50):
        client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
    client.create_alias(AliasName="alias/other", TargetKeyId=new_key(client))

    created = refusal(client.create_alias, AliasName="alias/50", TargetKeyId=key_id)
    updated = refusal(client.update_alias, AliasName="alias/other", TargetKeyId=key_id)

    assert created.code == updated.code == "LimitExceededException"
    client.update_alias(AliasName="alias/0", TargetKeyId=key_id)
    client.delete_alias(AliasName="alias/0")
    client.create_alias(AliasName="alias/50", TargetKeyId=key_id)


@pytest.mark.parametrize("operation", ["create_alias", "update_alias"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "app",
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ),
        ("alias/a:b", "alias/a:b contains invalid characters for an alias"),
        (
            "alias/a.b",
            "1 validation error detected: Value 'alias/a.b' at 'aliasName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ),
        (
            "alias/" + "x" * 251,
            f"1 validation error detected: Value 'alias/{'x' * 251}' at 'aliasName' failed to "
            "satisfy constraint: Member must have length less than or equal to 256",
        ),
    ],
)
def test_alias_name_follows_the_rules(
    client: Any, key_id: str, refusal: Any, operation: str, name: str, text: str
) -> None:
    """Source: errors.csv and limits.md; the name is looked at before the target."""
    for target in (key_id, "1234abcd-12ab-34cd-56ef-1234567890ab"):
        error = refusal(getattr(client, operation), AliasName=name, TargetKeyId=target)

        assert error == ("ValidationException", text)


def test_longest_alias_name_works(client: Any, key_id: str) -> None:
    """256 characters, the prefix among them."""
    name = "alias/" + "x" * 250

    client.create_alias(AliasName=name, TargetKeyId=key_id)

    assert client.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key_id


@pytest.mark.parametrize("name", ["alias/", "alias/aws/app"])
@pytest.mark.usefixtures("empty_account")
def test_reserved_names_are_refused(client: Any, key_id: str, refusal: Any, name: str) -> None:
    """``alias/aws/`` is AWS's own, and the prefix alone is no name."""
    refusal(client.create_alias, AliasName=name, TargetKeyId=key_id)

    assert client.list_aliases()["Aliases"] == []


def test_alias_exists_once_an_account_and_region(
    client: Any, key_id: str, client_of: Any, refusal: Any
) -> None:
    """The same name in another Region is another alias."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    abroad = client_of("eu-west-1")
    abroad_id = new_key(abroad)

    abroad.create_alias(AliasName="alias/app", TargetKeyId=abroad_id)

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"] == key_id
    assert abroad.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"] == abroad_id
    error = refusal(client.create_alias, AliasName="alias/app", TargetKeyId=key_id)
    assert error.code == "AlreadyExistsException"
    assert error.message == f"An alias with the name {alias_arn('alias/app')} already exists"
