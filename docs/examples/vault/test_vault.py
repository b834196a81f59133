"""How the vault behaves, whatever happens to its key."""

import json
from base64 import b64decode, b64encode

import pytest
from vault import Damaged, KeyDisabled, KeyLost, Vault, VaultError


def test_reads_back_what_it_wrote(kms, tmp_path):
    kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")

    vault.write("password", "correct horse")

    assert vault.read("password") == "correct horse"
    assert kms.calls.operations == ["GenerateDataKey", "Decrypt"]
    kms.calls.assert_called_once(
        "GenerateDataKey",
        KeyId="alias/vault",
        EncryptionContext={"tenant": "acme", "secret": "password"},
    )


def test_says_that_the_key_is_disabled(kms, tmp_path):
    key = kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    key.disable()
    with pytest.raises(KeyDisabled):
        vault.read("password")

    key.enable()
    assert vault.read("password") == "correct horse"


def test_says_that_the_key_is_gone(kms, tmp_path):
    key = kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    key.schedule_deletion(days=7)
    kms.clock.advance(days=8)

    with pytest.raises(KeyLost, match="does not exist"):
        vault.read("password")


def test_old_secrets_stay_readable_when_the_alias_moves_to_a_new_key(kms, tmp_path):
    old = kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    new = kms.create_key()
    kms.client().update_alias(AliasName="alias/vault", TargetKeyId=new.id)
    vault.write("token", "battery staple")

    assert vault.read("password") == "correct horse"
    assert vault.read("token") == "battery staple"
    kms.calls.assert_called_once("Decrypt", key=old)
    kms.calls.assert_called_once("Decrypt", key=new)


def test_a_moved_secret_outlives_its_old_key(kms, tmp_path):
    old = kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    new = kms.create_key()
    kms.client().update_alias(AliasName="alias/vault", TargetKeyId=new.id)
    vault.move_to_current_key("password")
    old.delete()

    assert vault.read("password") == "correct horse"
    assert kms.calls("ReEncrypt")[0].keys == (old, new)


def test_a_deletion_can_be_cancelled_while_it_is_pending(kms, tmp_path):
    key = kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    key.schedule_deletion(days=7)
    kms.clock.advance(days=6)
    with pytest.raises(KeyLost, match="ask its owner to cancel"):
        vault.read("password")

    key.cancel_deletion()
    key.enable()  # a key comes back disabled
    assert vault.read("password") == "correct horse"


def test_a_file_does_not_open_under_another_name_or_tenant(kms, tmp_path):
    kms.create_key(alias="alias/vault")
    Vault(tmp_path, tenant="acme").write("password", "correct horse")

    (tmp_path / "token.json").write_bytes((tmp_path / "password.json").read_bytes())

    with pytest.raises(Damaged):
        Vault(tmp_path, tenant="acme").read("token")
    with pytest.raises(Damaged):
        Vault(tmp_path, tenant="globex").read("password")


@pytest.mark.parametrize("part", ["data_key", "secret"])
def test_a_changed_file_does_not_open(kms, tmp_path, part):
    kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")
    vault.write("password", "correct horse")

    file = tmp_path / "password.json"
    stored = json.loads(file.read_text())
    data = b64decode(stored[part])
    stored[part] = b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()
    file.write_text(json.dumps(stored))

    with pytest.raises(Damaged):
        vault.read("password")


def test_each_secret_has_a_data_key_of_its_own(kms, tmp_path):
    kms.create_key(alias="alias/vault")
    vault = Vault(tmp_path, tenant="acme")

    vault.write("password", "correct horse")
    vault.write("token", "battery staple")

    first, second = kms.calls("GenerateDataKey")
    assert first.response["Plaintext"] != second.response["Plaintext"]


def test_neither_the_secret_nor_its_data_key_is_stored_in_the_clear(kms, tmp_path):
    kms.create_key(alias="alias/vault")

    Vault(tmp_path, tenant="acme").write("password", "correct horse")

    [call] = kms.calls("GenerateDataKey")
    stored = json.loads((tmp_path / "password.json").read_text())
    for part in ("data_key", "secret"):
        data = b64decode(stored[part])
        assert b"correct horse" not in data
        assert call.response["Plaintext"] not in data


def test_nothing_is_written_when_there_is_no_key(kms, tmp_path):
    with pytest.raises(KeyLost):
        Vault(tmp_path, tenant="acme").write("password", "correct horse")

    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_does_not_exist_costs_no_call(kms, tmp_path):
    with pytest.raises(VaultError, match="no secret 'password'"):
        Vault(tmp_path, tenant="acme").read("password")

    kms.calls.assert_not_called()
