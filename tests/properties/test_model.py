"""A client's calls, in any order, against an oracle that knows the facts alone."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from oracle import DAY, Key, Sealed, Usage, World

from pytest_kmsmock import mock_kms

SPECS: Final[dict[Usage, str]] = {
    "ENCRYPT_DECRYPT": "SYMMETRIC_DEFAULT",
    "SIGN_VERIFY": "ECC_NIST_P256",
    "GENERATE_VERIFY_MAC": "HMAC_256",
}
CONTEXTS: Final = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"), max_size=2)
ALIASES: Final = st.sampled_from([f"alias/{letter}" for letter in "abc"])
PLAINTEXTS: Final = st.binary(min_size=1, max_size=64)
DIGEST: Final = bytes(32)


class Client(RuleBasedStateMachine):
    """Keys, aliases and ciphertexts, as a client meets them and as the oracle foretells."""

    keys: Bundle[str] = Bundle("keys")
    sealed: Bundle[tuple[bytes, Sealed]] = Bundle("sealed")
    names = st.one_of(keys, ALIASES)

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.kms = self.stack.enter_context(mock_kms())
        self.client = self.kms.client()
        self.world = World()
        self.before: tuple[Any, World] | None = None

    def teardown(self) -> None:
        self.stack.close()

    def call(self, operation: str, expected: str | None, **params: Any) -> Any:
        """Call *operation*; it must be refused as expected, or not at all."""
        code, answer = None, None
        try:
            answer = getattr(self.client, operation)(**params)
        except ClientError as error:
            code = error.response["Error"]["Code"]
        assert code == expected, (operation, params)
        return answer

    @initialize(target=keys)
    def first_key(self) -> str:
        return self.create_key("ENCRYPT_DECRYPT", "AWS_KMS")

    @rule(
        target=keys,
        usage=st.sampled_from(sorted(SPECS)),
        origin=st.sampled_from(["AWS_KMS", "EXTERNAL"]),
    )
    def new_key(self, usage: Usage, origin: str) -> str:
        return self.create_key(usage, origin)

    def create_key(self, usage: Usage, origin: str) -> str:
        answer = self.call("create_key", None, KeySpec=SPECS[usage], KeyUsage=usage, Origin=origin)
        key_id: str = answer["KeyMetadata"]["KeyId"]
        state = "Enabled" if origin == "AWS_KMS" else "PendingImport"
        self.world.keys[key_id] = Key(key_id, usage, origin, state)
        return key_id

    @rule(key_id=keys)
    def enable(self, key_id: str) -> None:
        expected = self.world.refusal("EnableKey", key_id)
        if self.call("enable_key", expected, KeyId=key_id):
            self.world.keys[key_id].state = "Enabled"

    @rule(key_id=keys)
    def disable(self, key_id: str) -> None:
        expected = self.world.refusal("DisableKey", key_id)
        if self.call("disable_key", expected, KeyId=key_id):
            self.world.keys[key_id].state = "Disabled"

    @rule(key_id=keys, days=st.integers(7, 30))
    def schedule_deletion(self, key_id: str, days: int) -> None:
        expected = self.world.refusal("ScheduleKeyDeletion", key_id)
        if self.call("schedule_key_deletion", expected, KeyId=key_id, PendingWindowInDays=days):
            key = self.world.keys[key_id]
            key.state, key.due = "PendingDeletion", self.world.now + days * DAY

    @rule(key_id=keys)
    def cancel_deletion(self, key_id: str) -> None:
        expected = self.world.refusal("CancelKeyDeletion", key_id)
        if self.call("cancel_key_deletion", expected, KeyId=key_id):
            key = self.world.keys[key_id]
            # Without material it cannot be used either way.
            key.due = None
            key.state = "Disabled"
            found = self.client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
            assert found in ("Disabled", "PendingImport")
            assert found == "Disabled" or key.origin == "EXTERNAL"
            key.state = found

    @rule(name=ALIASES, key_id=keys)
    def create_alias(self, name: str, key_id: str) -> None:
        expected = self.world.refusal("CreateAlias", key_id)
        if expected is None and name in self.world.aliases:
            expected = "AlreadyExistsException"
        if self.call("create_alias", expected, AliasName=name, TargetKeyId=key_id):
            self.world.aliases[name] = key_id

    @rule(name=ALIASES)
    def delete_alias(self, name: str) -> None:
        expected = None if name in self.world.aliases else "NotFoundException"
        self.call("delete_alias", expected, AliasName=name)
        self.world.aliases.pop(name, None)

    @rule(target=sealed, name=names, plaintext=PLAINTEXTS, context=CONTEXTS)
    def encrypt(self, name: str, plaintext: bytes, context: dict[str, str]) -> Any:
        answer = self.call(
            "encrypt",
            self.world.refusal("Encrypt", name),
            KeyId=name,
            Plaintext=plaintext,
            EncryptionContext=context,
        )
        key = self.world.find(name)
        if answer is None or key is None:
            return b"", Sealed("", b"", {})
        return answer["CiphertextBlob"], Sealed(key.id, plaintext, context)

    @rule(target=sealed, name=names, context=CONTEXTS)
    def generate_data_key(self, name: str, context: dict[str, str]) -> Any:
        answer = self.call(
            "generate_data_key",
            self.world.refusal("GenerateDataKey", name),
            KeyId=name,
            KeySpec="AES_256",
            EncryptionContext=context,
        )
        key = self.world.find(name)
        if answer is None or key is None:
            return b"", Sealed("", b"", {})
        return answer["CiphertextBlob"], Sealed(key.id, answer["Plaintext"], context)

    @rule(both=sealed, context=CONTEXTS)
    def decrypt(self, both: tuple[bytes, Sealed], context: dict[str, str]) -> None:
        blob, sealed = both
        if not blob:
            return
        for tried in (sealed.context, context):
            answer = self.call(
                "decrypt",
                self.world.opens(sealed, tried),
                CiphertextBlob=blob,
                EncryptionContext=tried,
            )
            assert answer is None or answer["Plaintext"] == sealed.plaintext

    @rule(name=names)
    def sign_and_verify(self, name: str) -> None:
        params = {"KeyId": name, "SigningAlgorithm": "ECDSA_SHA_256", "MessageType": "DIGEST"}
        answer = self.call("sign", self.world.refusal("Sign", name), Message=DIGEST, **params)
        if answer is not None:
            signed = {"Message": DIGEST, "Signature": answer["Signature"]}
            assert self.call("verify", self.world.refusal("Verify", name), **params, **signed)

    @rule(name=names)
    def make_mac_and_verify(self, name: str) -> None:
        params = {"KeyId": name, "MacAlgorithm": "HMAC_SHA_256", "Message": b"message"}
        answer = self.call("generate_mac", self.world.refusal("GenerateMac", name), **params)
        if answer is not None:
            assert self.call("verify_mac", None, Mac=answer["Mac"], **params)

    @rule(key_id=keys)
    def rotate(self, key_id: str) -> None:
        key = self.world.keys.get(key_id)
        if key is not None and (key.usage, key.origin) != ("ENCRYPT_DECRYPT", "AWS_KMS"):
            return  # what such a key does is another question
        expected = self.world.refusal("RotateKeyOnDemand", key_id)
        if self.call("rotate_key_on_demand", expected, KeyId=key_id):
            self.world.keys[key_id].rotated += 1

    @rule(key_id=keys, value=st.sampled_from("xy"))
    def tag(self, key_id: str, value: str) -> None:
        expected = self.world.refusal("TagResource", key_id)
        tags = [{"TagKey": "team", "TagValue": value}]
        if self.call("tag_resource", expected, KeyId=key_id, Tags=tags):
            self.world.keys[key_id].tags["team"] = value

    @rule(key_id=keys, text=st.sampled_from(["", "a text"]))
    def describe_anew(self, key_id: str, text: str) -> None:
        expected = self.world.refusal("UpdateKeyDescription", key_id)
        if self.call("update_key_description", expected, KeyId=key_id, Description=text):
            self.world.keys[key_id].description = text

    @rule(key_id=keys)
    def grant_and_revoke(self, key_id: str) -> None:
        answer = self.call(
            "create_grant",
            self.world.refusal("CreateGrant", key_id),
            KeyId=key_id,
            GranteePrincipal="arn:aws:iam::123456789012:role/worker",
            Operations=["DescribeKey"],
        )
        if answer is not None:
            self.world.keys[key_id].grants.add(answer["GrantId"])
        key = self.world.keys.get(key_id)
        if key is not None and len(key.grants) > 2:
            grant_id = min(key.grants)
            self.call("revoke_grant", None, KeyId=key_id, GrantId=grant_id)
            key.grants.remove(grant_id)

    @rule(days=st.sampled_from([0.5, 1.0, 6.0, 8.0, 31.0]))
    def wait(self, days: float) -> None:
        self.kms.clock.advance(days=days)
        self.world.advance(days * DAY)

    @rule()
    def snapshot(self) -> None:
        self.before = self.kms.snapshot(), self.world.copy()

    @rule()
    def restore(self) -> None:
        if self.before is not None:
            snapshot, world = self.before
            self.kms.restore(snapshot)
            self.world = world.copy()

    @invariant()
    def lists_tell_what_there_is(self) -> None:
        found = {each["KeyId"] for each in self.client.list_keys()["Keys"]}
        assert found == self.world.keys.keys()
        aliases = {each["AliasName"]: each for each in self.client.list_aliases()["Aliases"]}
        assert {name: each["TargetKeyId"] for name, each in aliases.items()} == self.world.aliases

    @invariant()
    def keys_are_what_they_should_be(self) -> None:
        for key in self.world.keys.values():
            metadata = self.client.describe_key(KeyId=key.id)["KeyMetadata"]
            assert metadata["KeyState"] == key.state
            assert metadata["Description"] == key.description
            assert ("DeletionDate" in metadata) is (key.due is not None)
            tags = self.client.list_resource_tags(KeyId=key.id)["Tags"]
            assert {each["TagKey"]: each["TagValue"] for each in tags} == key.tags
            grants = self.client.list_grants(KeyId=key.id)["Grants"]
            assert {each["GrantId"] for each in grants} == key.grants


Client.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
TestClient = Client.TestCase
