"""`KmsMock`: what a test holds, and what it makes of it."""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.backend import active_backend

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE_A = "arn:aws:iam::111111111111:role/a"
ROLE_B = "arn:aws:iam::222222222222:role/b"


SESSION = botocore.session.Session()


def client(region: str | None = None) -> Any:
    """Return a client as an application makes one."""
    return SESSION.create_client("kms", region_name=region)


# The stack of mocks.


def test_the_innermost_mock_answers_and_leaving_it_restores_the_outer() -> None:
    with mock_kms(keys="alias/outer") as outer:
        with mock_kms(keys="alias/inner") as inner:
            client().describe_key(KeyId="alias/inner")
            with pytest.raises(ClientError):
                client().describe_key(KeyId="alias/outer")
        client().describe_key(KeyId="alias/outer")

    assert inner.calls.operations == ["DescribeKey", "DescribeKey"]
    assert outer.calls.operations == ["DescribeKey"]


def test_a_mock_is_left_when_the_body_fails() -> None:
    with pytest.raises(ZeroDivisionError), mock_kms():
        raise ZeroDivisionError

    assert active_backend() is None


@pytest.mark.parametrize("name", ["alias/aws/app", "alias/not a name"])
def test_a_mock_of_keys_that_cannot_be_does_not_start(name: str) -> None:
    """What AWS refuses as an alias; the next test is not to blame."""
    with pytest.raises(KmsMockError, match=name), mock_kms(keys=name):
        pytest.fail("it must not start")

    assert active_backend() is None


def test_a_mock_that_fails_to_start_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(KmsMock, "create_key", fail)

    with pytest.raises(ZeroDivisionError), mock_kms(keys="alias/app"):
        pytest.fail("it must not start")

    assert active_backend() is None


def test_a_mock_that_is_active_cannot_be_entered_again() -> None:
    mock = mock_kms()

    with mock, pytest.raises(KmsMockError, match="active already"), mock:
        pass

    assert active_backend() is None


def test_a_mock_that_is_entered_anew_starts_anew() -> None:
    mock = mock_kms()
    with mock:
        client().create_key()
        mock.clock.advance(days=1)

    with mock as again:
        assert again is mock
        assert (mock.keys, len(mock.calls), mock.clock.offset) == ([], 0, 0)


def test_what_was_called_can_be_asked_after_the_mock_is_over() -> None:
    with mock_kms() as kms:
        arn = client().create_key()["KeyMetadata"]["Arn"]

    kms.calls.assert_called_once("CreateKey")
    assert [key.arn for key in kms.keys] == [arn]
    assert kms.key(arn).arn == arn


def test_a_mock_that_is_not_active_makes_no_keys() -> None:
    """They would be lost when it is entered."""
    mock = mock_kms()

    with pytest.raises(KmsMockError, match="active"):
        mock.create_key()


def test_a_mock_names_its_place_and_its_keys() -> None:
    with mock_kms(account="111111111111", region="eu-west-1", keys="alias/app") as kms:
        assert repr(kms) == "<KmsMock of account 111111111111, eu-west-1: 1 keys>"


def test_there_are_keys_from_the_start() -> None:
    with mock_kms(keys=["alias/app", "alias/backup", "alias/app"]) as kms:
        assert [key.aliases for key in kms.keys] == [["alias/app"], ["alias/backup"]]
        assert not kms.calls


def test_the_account_is_that_of_the_callers() -> None:
    with mock_kms(account="111111111111") as kms:
        metadata = client().create_key()["KeyMetadata"]

    assert metadata["AWSAccountId"] == "111111111111"
    assert kms.calls[0].principal == "arn:aws:iam::111111111111:root"


def test_few_keys_are_enough_for_pages() -> None:
    with mock_kms(page_size=2, keys=["alias/a", "alias/b", "alias/c"]):
        first = client().list_keys()
        rest = client().list_keys(Marker=first["NextMarker"], Limit=100)

    assert (first["Truncated"], len(first["Keys"])) == (True, 2)
    assert (rest["Truncated"], len(rest["Keys"])) == (False, 1)


# create_key.


@pytest.mark.usefixtures("newest_model")
def test_a_key_is_what_aws_makes_by_default(kms: KmsMock) -> None:
    key = kms.create_key()

    theirs = client().create_key()["KeyMetadata"]
    ours = dict(key.metadata)
    for changing in ("KeyId", "Arn", "CreationDate", "CurrentKeyMaterialId"):
        assert theirs.pop(changing)
        assert ours.pop(changing)
    assert ours == theirs
    assert ours["AWSAccountId"] == "123456789012"
    assert key.arn == f"arn:aws:kms:us-east-1:123456789012:key/{key.id}"


def test_a_key_can_be_all_that_aws_offers(kms: KmsMock) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
        ],
    }

    key = kms.create_key(
        alias="alias/app",
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        state="Disabled",
        policy=policy,
        tags={"team": "billing", "empty": ""},
        description="for bills",
        multi_region=False,
        region="eu-west-1",
        account="111111111111",
        key_id=KEY_ID,
        material=b"m" * 32,
    )

    assert key.arn == f"arn:aws:kms:eu-west-1:111111111111:key/{KEY_ID}"
    assert (key.state, key.aliases) == ("Disabled", ["alias/app"])
    assert key.policy == policy
    assert key.tags == {"team": "billing", "empty": ""}
    assert key.metadata["Description"] == "for bills"
    assert not kms.calls


def test_a_policy_can_be_text(kms: KmsMock) -> None:
    text = json.dumps(kms.create_key().policy)

    assert kms.create_key(policy=text).policy == json.loads(text)


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_a_key_starts_in_any_state(kms: KmsMock, state: str) -> None:
    kms.create_key(alias="alias/app", state=state)

    assert client().describe_key(KeyId="alias/app")["KeyMetadata"]["KeyState"] == state


def test_given_material_decrypts_what_another_mock_encrypted() -> None:
    """Key ID and material are all that a ciphertext depends on."""
    with mock_kms() as kms:
        blob = kms.create_key(key_id=KEY_ID, material=b"m" * 32).encrypt(b"kept")
    with mock_kms() as kms:
        kms.create_key(key_id=KEY_ID, material=b"m" * 32)

        assert client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"kept"


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ({"alias": "app"}, "write 'alias/app'"),
        ({"alias": 5}, "alias=5"),
        ({"alias": ""}, "alias=''"),
        ({"alias": "alias/"}, "alias='alias/'"),
        ({"alias": "alias/not a name"}, "alias='alias/not a name'"),
        ({"alias": "alias/aws/app"}, "alias='alias/aws/app'"),
        ({"alias": "alias/" + "x" * 251}, "250"),
        ({"spec": "SYMETRIC_DEFAULT"}, "Did you mean 'SYMMETRIC_DEFAULT'"),
        ({"spec": None}, "spec=None"),
        ({"spec": []}, r"spec=\[\]"),
        ({"usage": "ENCRYPT"}, "usage='ENCRYPT'"),
        ({"state": "enabled"}, "Did you mean 'Enabled'"),
        ({"region": "moon"}, "region='moon'"),
        ({"region": ""}, "region=''"),
        ({"account": "123"}, "12 digits"),
        ({"account": 123456789012}, "12 digits"),
        ({"key_id": "mine"}, "UUID"),
        ({"key_id": 5}, "key_id=5"),
        ({"key_id": "mrk-1234abcd12ab34cd56ef1234567890ab"}, "key_id"),
        ({"material": b"short"}, "32"),
        ({"material": "m" * 32}, "bytes"),
        ({"material": 5}, "bytes"),
        ({"tags": ["team"]}, "tags"),
    ],
    ids=str,
)
def test_an_argument_that_makes_no_sense_is_the_authors_error(
    kms: KmsMock, argument: dict[str, Any], says: str
) -> None:
    """It names the argument, and nothing is made."""
    with pytest.raises(KmsMockError, match=says):
        kms.create_key(**argument)

    assert kms.keys == []
    assert not kms.calls


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ({"policy": "{"}, "MalformedPolicyDocumentException"),
        ({"tags": {"aws:reserved": "x"}}, "TagException"),
        ({"description": "x" * 8193}, "ValidationException"),
    ],
    ids=str,
)
def test_what_aws_would_refuse_is_refused_in_its_words(
    kms: KmsMock, argument: dict[str, Any], code: str
) -> None:
    """A key whose alias was refused is not left behind."""
    with pytest.raises(ClientError) as caught:
        kms.create_key(**argument)

    assert caught.value.response["Error"]["Code"] == code
    assert kms.keys == []


def test_an_alias_is_taken_once(kms: KmsMock) -> None:
    kms.create_key(alias="alias/app")

    with pytest.raises(kms.client().exceptions.AlreadyExistsException):
        kms.create_key(alias="alias/app")

    assert len(kms.keys) == 1
    assert kms.create_key(alias="alias/app", region="eu-west-1").aliases == ["alias/app"]


def test_a_key_id_is_taken_once(kms: KmsMock) -> None:
    kms.create_key(key_id=KEY_ID)

    with pytest.raises(KmsMockError, match=KEY_ID):
        kms.create_key(key_id=KEY_ID)
    assert len(kms.keys) == 1


# key and keys.


def test_a_key_is_found_by_all_its_names(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app")

    alias_arn = "arn:aws:kms:us-east-1:123456789012:alias/app"
    assert {kms.key(name) for name in (key.id, key.arn, "alias/app", alias_arn)} == {key}


def test_a_key_is_found_wherever_it_is(kms: KmsMock) -> None:
    """The mock's own account and Region come first, then all others."""
    away = kms.create_key(alias="alias/app", region="eu-west-1", account="111111111111")
    assert kms.key("alias/app") == away

    home = kms.create_key(alias="alias/app")

    assert kms.key("alias/app") == home
    assert kms.key(away.id) == away
    assert kms.keys == [home, away]


def test_without_keys_an_unknown_one_says_so(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match=r"no key 'nope'.* no keys yet.*kms\.create_key\(\)"):
        kms.key("nope")


def test_an_unknown_key_lists_the_closest_first(kms: KmsMock) -> None:
    for name in ("alias/backup", "alias/application", "alias/zebra"):
        kms.create_key(alias=name)

    with pytest.raises(KmsMockError) as caught:
        kms.key("alias/aplication")

    message = str(caught.value)
    assert "alias/aplication" in message
    assert message.index("alias/application") < message.index("alias/backup")
    assert message.count("alias/application") == 1


def test_an_unknown_key_lists_some_of_many(kms: KmsMock) -> None:
    for number in range(25):
        kms.create_key(alias=f"alias/key-{number}")

    with pytest.raises(KmsMockError, match="and 15 more"):
        kms.key("alias/key")


def test_keys_without_an_alias_are_listed_by_id(kms: KmsMock) -> None:
    key = kms.create_key()

    with pytest.raises(KmsMockError, match=key.id):
        kms.key("nope")


@pytest.mark.parametrize("identifier", [5, None, b"alias/app"])
def test_to_ask_for_a_key_by_nonsense_is_the_authors_error(kms: KmsMock, identifier: Any) -> None:
    kms.create_key(alias="alias/app")

    with pytest.raises(KmsMockError):
        kms.key(identifier)


# client.


def test_the_mocks_own_client_is_in_its_region() -> None:
    with mock_kms(region="eu-west-1") as kms:
        assert kms.client().meta.region_name == "eu-west-1"
        assert kms.client("us-west-2").meta.region_name == "us-west-2"


def test_a_client_takes_what_botocores_config_takes(kms: KmsMock) -> None:
    made = kms.client(retries={"mode": "standard", "max_attempts": 7}, read_timeout=1)

    assert made.meta.config.read_timeout == 1
    assert made.meta.config.retries["mode"] == "standard"


def test_a_client_can_be_somebodys(kms: KmsMock) -> None:
    """The principal's account is where the keys are made."""
    arn = kms.client(principal=ROLE_A).create_key()["KeyMetadata"]["Arn"]
    kms.client().list_keys()

    assert arn.split(":")[4] == "111111111111"
    assert [call.principal for call in kms.calls] == [ROLE_A, "arn:aws:iam::123456789012:root"]
    assert [call.account for call in kms.calls] == ["111111111111", "123456789012"]


def test_clients_of_two_principals_are_told_apart(kms: KmsMock) -> None:
    first, second = kms.client(principal=ROLE_A), kms.client(principal=ROLE_B)

    second.list_keys()
    first.list_keys()

    assert [call.principal for call in kms.calls] == [ROLE_B, ROLE_A]


def test_a_client_stays_its_principals_in_every_mock() -> None:
    """Also in an inner mock that has made clients of its own."""
    with mock_kms() as outer:
        first = outer.client(principal=ROLE_A)
        with mock_kms() as inner:
            inner.client(principal=ROLE_B)
            first.list_keys()

    assert inner.calls[0].principal == ROLE_A


@pytest.mark.parametrize("principal", ["role/a", "arn:aws:s3:::bucket", "", "123456789012"])
def test_a_principal_is_an_arn(kms: KmsMock, principal: str) -> None:
    with pytest.raises(KmsMockError, match="arn:aws:iam::123456789012:role/app"):
        kms.client(principal=principal)


def test_a_client_of_no_region_is_the_authors_error(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match="region='moon'"):
        kms.client("moon")


# Many threads.


def test_threads_share_a_mock(kms: KmsMock) -> None:
    """16 threads make keys, encrypt, decrypt and name keys at once; nothing is lost."""
    shared = kms.client()
    arn = kms.create_key(alias="alias/app").arn
    start = threading.Barrier(16)

    def work(number: int) -> None:
        start.wait()
        for turn in range(10):
            plaintext = f"{number}/{turn}".encode()
            context = {"thread": str(number)}
            blob = shared.encrypt(
                KeyId="alias/app", Plaintext=plaintext, EncryptionContext=context
            )["CiphertextBlob"]
            opened = shared.decrypt(CiphertextBlob=blob, EncryptionContext=context)
            assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, arn)
            made = shared.create_key()["KeyMetadata"]["KeyId"]
            shared.create_alias(AliasName=f"alias/{number}-{turn}", TargetKeyId=made)
            shared.list_aliases()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))

    assert len(kms.keys) == 161
    assert len(kms.calls) == 16 * 10 * 5
    assert len({call.request_id for call in kms.calls}) == len(kms.calls)
    assert len([key for key in kms.keys if key.aliases]) == 161


def test_of_racing_threads_one_gets_the_alias(kms: KmsMock) -> None:
    shared = kms.client()
    key_id = kms.create_key().id

    def take(name: str) -> str:
        start.wait()
        try:
            shared.create_alias(AliasName=name, TargetKeyId=key_id)
        except shared.exceptions.AlreadyExistsException:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(16) as pool:
        for turn in range(20):
            start = threading.Barrier(16)
            outcomes = list(pool.map(take, [f"alias/{turn}"] * 16))

            assert sorted(outcomes) == ["refused"] * 15 + ["taken"]


def test_of_racing_threads_one_schedules_the_deletion(kms: KmsMock) -> None:
    shared = kms.client()
    key = kms.create_key()
    start = threading.Barrier(16)

    def schedule(days: int) -> dt.datetime | None:
        start.wait()
        try:
            due: dt.datetime = shared.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=days)[
                "DeletionDate"
            ]
        except shared.exceptions.KMSInvalidStateException:
            return None
        return due

    with ThreadPoolExecutor(16) as pool:
        dates = [due for due in pool.map(schedule, range(7, 23)) if due]

    assert dates == [key.metadata["DeletionDate"]]
