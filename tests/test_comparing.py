"""Comparisons that a test makes: those that could never hold are told, all others hold or not."""

from __future__ import annotations

import copy
import datetime as dt
import json
import operator
import pickle
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest
from botocore.exceptions import ClientError
from calling import code_of

from pytest_kmsmock import Key, KmsMock, KmsMockError, matching
from pytest_kmsmock.comparing import plain
from pytest_kmsmock.names import OperationName


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/app", tags={"team": "red"})


@pytest.fixture
def called(kms: KmsMock, client: Any, key: Key) -> KmsMock:
    """The mock after three calls."""
    client.list_keys()
    client.encrypt(KeyId="alias/app", Plaintext=b"x")
    client.list_keys()
    return kms


# Calls.


def test_calls_are_asked_for_by_the_names_of_operations(called: KmsMock) -> None:
    assert "ListKeys" in called.calls
    assert "Decrypt" not in called.calls
    assert called.calls.count("ListKeys") == 2
    assert called.calls.count("Decrypt") == 0
    assert called.calls.index("Encrypt") == 1
    assert called.calls.index("ListKeys", 1) == 2
    with pytest.raises(ValueError, match=r"no call 'Decrypt'. Recorded calls: ListKeys, Encrypt"):
        called.calls.index("Decrypt")
    with pytest.raises(ValueError, match="no call 'Encrypt'"):
        called.calls.index("Encrypt", 0, 1)


def test_calls_are_asked_for_themselves(called: KmsMock) -> None:
    first, second, third = called.calls

    assert third in called.calls
    assert called.calls.count(first) == 1
    assert called.calls.index(third) == 2
    assert second not in called.calls("ListKeys")


def test_calls_equal_a_list_of_operations(called: KmsMock) -> None:
    """Of calls, or of both; a tuple is as good as a list."""
    _, second, _ = called.calls

    assert called.calls == ["ListKeys", "Encrypt", "ListKeys"]
    assert called.calls == ("ListKeys", "Encrypt", "ListKeys")
    assert called.calls == ["ListKeys", second, ANY]
    assert called.calls == list(called.calls)
    assert called.calls == ANY
    assert called.calls == called.calls
    assert called.calls("ListKeys") == ["ListKeys", "ListKeys"]
    assert called.calls != called.calls("ListKeys")
    assert called.calls != ["ListKeys", "Encrypt"]
    assert called.calls != ["ListKeys", "ListKeys", "Encrypt"]
    assert called.calls != []
    assert ["Encrypt"] == called.calls("Encrypt")  # noqa: SIM300 -- that order too


def test_no_calls_equal_an_empty_list(kms: KmsMock) -> None:
    assert kms.calls == []
    assert [] == kms.calls  # noqa: SIM300 -- that order too
    assert kms.calls != ["ListKeys"]
    assert not kms.calls


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda calls: "ListKey" in calls, "no operation 'ListKey'. Did you mean 'ListKeys'?"),
        (lambda calls: "list_keys" not in calls, "Did you mean 'ListKeys'?"),
        (lambda calls: "alias/app" in calls, "no operation 'alias/app'"),
        (lambda calls: calls.count("Decrypted"), "Did you mean 'Decrypt'?"),
        (lambda calls: calls.index("decrypt"), "Did you mean 'Decrypt'?"),
        (lambda calls: b"ListKeys" in calls, "b'ListKeys' is no call"),
        (lambda calls: None in calls, "None is no call"),
        (lambda calls: {"KeyId": "alias/app"} in calls, "is no call"),
        (lambda calls: calls == "Encrypt", "compare them with a list of operations"),
        (lambda calls: calls != "Encrypt", "compare them with a list of operations"),
        (lambda calls: calls == {"Encrypt"}, "compare them with a list of operations"),
        (lambda calls: calls == 3, "calls never equal 3"),
        (lambda calls: calls != None, "calls never equal None"),  # noqa: E711
        (lambda calls: calls == ["Encrypt", "decrypt"], "Did you mean 'Decrypt'?"),
        (lambda calls: calls != ["encrypt"], "Did you mean 'Encrypt'?"),
        (lambda calls: calls == [("Encrypt", {})], "is no call"),
        (lambda calls: calls["Encrypt"], "write kms.calls('Encrypt')"),
        (lambda calls: calls[0] == "ListKeys", "compare its operation, 'ListKeys'"),
        (lambda calls: "ListKeys" in list(calls), "compare its operation, 'ListKeys'"),
        (lambda calls: calls[1].key == "alias/app", "compare its arn, id or aliases"),
        (lambda calls: "alias/app" in calls[1].keys, "compare its arn, id or aliases"),
        (lambda calls: "Decrypted" in calls.operations, "Did you mean 'Decrypt'?"),
        (lambda calls: calls.operations.count("decrypt"), "Did you mean 'Decrypt'?"),
        (lambda calls: calls.operations.index("decrypt"), "Did you mean 'Decrypt'?"),
        (lambda calls: calls.operations != ["encrypt"], "Did you mean 'Encrypt'?"),
        (lambda calls: calls.operations == "Encrypt", "compare it with a list"),
        (lambda calls: calls[0] in calls.operations, "is no name of an operation"),
    ],
)
def test_what_calls_can_never_hold_is_the_authors_error(
    called: KmsMock, ask: Callable[[Any], Any], says: str
) -> None:
    """Else ``"ListKey" not in kms.calls`` would hold whatever the application did."""
    with pytest.raises(KmsMockError) as caught:
        ask(called.calls)

    assert says in str(caught.value)


def test_a_key_is_no_call(called: KmsMock, key: Key) -> None:
    with pytest.raises(KmsMockError, match=r"write kms\.calls\(key=<Key arn:"):
        assert key in called.calls


def test_operations_are_a_list_as_any_other(called: KmsMock) -> None:
    operations: Any = called.calls.operations

    assert isinstance(called.calls.operations, list)
    assert operations == ["ListKeys", "Encrypt", "ListKeys"]
    assert operations == ("ListKeys", "Encrypt", "ListKeys")
    assert operations != ["ListKeys"]
    assert operations == ["ListKeys", ANY, "ListKeys"]
    assert operations == ANY
    assert operations == called.calls.operations
    assert "Decrypt" not in operations
    assert (operations.count("ListKeys"), operations.index("ListKeys", 1)) == (2, 2)
    assert operations.index("Encrypt", 1, 2) == 1
    assert copy.deepcopy(operations) == operations


# Parameters of calls.


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("Encrypt", {"KeyId": 5}),
        ("Encrypt", {"KeyId": b"alias/app"}),
        ("Encrypt", {"KeyId": None}),
        ("Encrypt", {"Plaintext": 5}),
        ("Encrypt", {"EncryptionContext": "tenant"}),
        ("Encrypt", {"EncryptionContext": {"tenant": 42}}),
        ("Encrypt", {"EncryptionContext": {42: "tenant"}}),
        ("Encrypt", {"GrantTokens": "token"}),
        ("Encrypt", {"GrantTokens": ("token",)}),
        ("Encrypt", {"GrantTokens": [7]}),
        ("Encrypt", {"DryRun": "true"}),
        ("GenerateDataKey", {"NumberOfBytes": "32"}),
        ("GenerateDataKey", {"NumberOfBytes": None}),
        ("ImportKeyMaterial", {"ValidTo": "2030-01-01"}),
        ("CreateKey", {"Tags": [{"Key": "team", "Value": "red"}]}),
        ("CreateGrant", {"Constraints": {"EncryptionContext": {"a": "b"}}}),
        (None, {"KeyId": 5}),
        (None, {"EncryptionContext": {"tenant": 42}}),
    ],
    ids=str,
)
def test_a_parameter_that_no_call_could_have_is_the_authors_error(
    called: KmsMock, operation: OperationName | None, params: dict[str, Any]
) -> None:
    """By its type, or that of a part: such a call would never reach the service as it is."""
    with pytest.raises(KmsMockError, match="no call of kms:"):
        called.calls.assert_not_called(operation, **params)


def test_the_handle_of_a_key_is_no_key_id(called: KmsMock, key: Key) -> None:
    with pytest.raises(KmsMockError, match=r"Write key=<Key arn:\S+>, or KeyId=key\.arn"):
        called.calls.assert_called("Encrypt", KeyId=key)


def test_a_secret_of_the_wrong_type_is_not_shown(called: KmsMock) -> None:
    with pytest.raises(KmsMockError) as caught:
        called.calls.assert_called("Encrypt", Plaintext=["hunter2"])

    assert "hunter2" not in str(caught.value)


def test_a_parameter_of_a_fitting_type_is_only_compared(kms: KmsMock, client: Any) -> None:
    client.create_key(Tags=[{"TagKey": "team", "TagValue": "red"}], MultiRegion=True)
    client.list_keys(Limit=7)

    kms.calls.assert_called("CreateKey", Tags=[{"TagKey": "team", "TagValue": ANY}])
    kms.calls.assert_called("CreateKey", Tags=[ANY], MultiRegion=1)
    kms.calls.assert_called("ListKeys", Limit=7.0)
    kms.calls.assert_not_called("CreateKey", Tags=[{"TagKey": "team", "TagValue": "blue"}])
    kms.calls.assert_not_called("CreateKey", Tags=[])


def test_a_time_is_compared_as_it_was_sent(kms: KmsMock, client: Any) -> None:
    """From whatever zone; older versions of botocore send whole seconds."""
    key = kms.create_key(origin="EXTERNAL")
    when = dt.datetime(2030, 1, 1, 12, 0, 0, 500000, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with pytest.raises(ClientError):
        client.import_key_material(
            KeyId=key.id, ImportToken=b"x", EncryptedKeyMaterial=b"x", ValidTo=when
        )

    kms.calls.assert_called("ImportKeyMaterial", ValidTo=when.astimezone(dt.UTC))
    kms.calls.assert_called("ImportKeyMaterial", ValidTo=kms.calls[0].params["ValidTo"])
    kms.calls.assert_not_called("ImportKeyMaterial", ValidTo=when + dt.timedelta(seconds=1))


@pytest.mark.parametrize("times", ["1", 1.0, -1, True, [1]])
def test_a_number_of_calls_that_could_never_be_is_the_authors_error(
    called: KmsMock, times: Any
) -> None:
    with pytest.raises(KmsMockError, match="is no number of calls; write 0 or more"):
        called.calls.assert_called("Encrypt", times=times)


# Errors.


def test_an_error_of_a_call_is_compared_by_its_code(kms: KmsMock, client: Any) -> None:
    with pytest.raises(ClientError):
        client.describe_key(KeyId="alias/none")
    error = kms.calls[0].error

    assert error == copy.deepcopy(error)
    assert error != 5
    assert hash(error) == hash(copy.deepcopy(error))
    assert error != None  # noqa: E711
    assert error == ANY
    for other in ("NotFoundException", client.exceptions.NotFoundException, ValueError()):
        with pytest.raises(KmsMockError, match="compare its code, 'NotFoundException'"):
            assert error != other


# Keys and what they have.


def test_keys_are_asked_for_by_their_names(kms: KmsMock, key: Key) -> None:
    elsewhere = kms.create_key(alias="alias/there", region="eu-west-1")
    keys: Any = kms.keys

    for name in ("alias/app", key.id, key.arn, key, "alias/there", elsewhere):
        assert name in keys
    arn_of_alias = key.arn.replace(f"key/{key.id}", "alias/app")
    assert arn_of_alias in keys
    assert keys.index("alias/app") == 0
    assert keys.count("alias/app") == 1
    assert keys == [key, elsewhere] == kms.keys
    assert keys == ["alias/app", "alias/there"]
    assert keys != [elsewhere, key]
    assert "alias/none" not in keys
    assert "11111111-2222-4333-8444-555555555555" not in keys
    assert isinstance(keys, list)
    assert (keys[0], keys[1:]) == (key, [elsewhere])


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda kms: "app" in kms.keys, "'app' names no key"),
        (lambda kms: b"alias/app" in kms.keys, "names no key"),
        (lambda kms: None in kms.keys, "names no key"),
        (lambda kms: kms.keys.count(5), "names no key"),
        (lambda kms: kms.keys != ["app"], "'app' names no key"),
        (lambda kms: kms.keys == "alias/app", "a list of keys never equals 'alias/app'"),
        (lambda kms: kms.keys["alias/app"], "write kms.key('alias/app')"),
        (lambda kms: kms.key("alias/app") == "alias/app", "compare its arn, id or aliases"),
        (lambda kms: "alias/app" in [*kms.keys], "compare its arn, id or aliases"),
        (lambda kms: "app" in kms.key("alias/app").aliases, "write 'alias/app'"),
        (lambda kms: 5 in kms.key("alias/app").aliases, "5 is the name of no alias"),
        (lambda kms: kms.key("alias/app").aliases != ["app"], "write 'alias/app'"),
        (lambda kms: kms.key("alias/app").aliases == "alias/app", "compare it with a list"),
        (lambda kms: kms.key("alias/app").aliases == {"alias/app"}, "compare it with a list"),
        (lambda kms: "id" in kms.key("alias/app").grants, "grant['GrantId']"),
        (lambda kms: "id" in kms.key("alias/app").materials, "material.id"),
        (lambda kms: kms.key("alias/app").id == kms.key("alias/app"), "compare its arn, id or"),
        (lambda kms: 5 in kms.xks_proxy(["external"]).keys, "write a string"),
    ],
)
def test_what_a_handle_can_never_hold_or_be_is_the_authors_error(
    kms: KmsMock, key: Key, ask: Callable[[KmsMock], Any], says: str
) -> None:
    with pytest.raises(KmsMockError) as caught:
        ask(kms)

    assert says in str(caught.value)


def test_what_a_key_has_is_a_list_as_any_other(client: Any, key: Key) -> None:
    client.create_grant(
        KeyId=key.id, GranteePrincipal="arn:aws:iam::123456789012:root", Operations=["Decrypt"]
    )

    assert "alias/app" in key.aliases
    assert "alias/other" not in key.aliases
    assert key.aliases == ["alias/app"] == [*key.aliases]
    assert key.grants[0] in key.grants
    assert {} not in key.grants
    assert key.grants == [ANY]
    assert key.materials[0] in key.materials
    assert key.materials == [key.materials[0]]


def test_external_keys_are_asked_for_by_their_ids(kms: KmsMock) -> None:
    proxy = kms.xks_proxy(["external"])

    assert "external" in proxy.keys
    assert "other" not in proxy.keys
    assert proxy.keys == ["external"] == [key.id for key in proxy.keys]
    assert proxy.key("external") in proxy.keys


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda kms, role: role != role.arn, "compare its arn, or its session_arn"),
        (lambda kms, role: role in [role.session_arn], "compare its arn, or its session_arn"),
        (lambda kms, role: kms.calls[0].principal != role, "compare its arn, or its session_arn"),
        (lambda kms, _: (cluster := kms.cloudhsm_cluster()) == cluster.id, "compare what it has"),
        (lambda kms, _: "external" not in [kms.xks_proxy()], "compare what it has"),
    ],
)
def test_another_handle_is_no_text_either(
    called: KmsMock, ask: Callable[[KmsMock, Any], Any], says: str
) -> None:
    with pytest.raises(KmsMockError) as caught:
        ask(called, called.principal("arn:aws:iam::123456789012:role/app"))

    assert says in str(caught.value)


def test_a_handle_differs_from_what_is_no_name(kms: KmsMock, key: Key) -> None:
    """As any object does: a test may hold both, or none."""
    assert key != "text"
    assert key != None  # noqa: E711
    assert key != 5
    assert key == ANY
    assert key in [None, key]
    assert kms.cloudhsm_cluster() != key


# What pytest says.


# Words of KMS's own, and the names of members.


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (
            lambda key, _: key.state != "enabled",
            "'enabled' is no state of a key. Did you mean 'Ena",
        ),
        (
            lambda key, _: operator.ne("PendingDeletoin", key.state),
            "Did you mean 'PendingDeletion'",
        ),
        (lambda key, _: key.state in ("Disable", "Pending"), "is no state of a key"),
        (lambda key, _: key.spec != "AES_256", "no key spec. There are SYMMETRIC_DEFAULT, "),
        (lambda key, _: key.usage != "ENCRYPT", "Did you mean 'ENCRYPT_DECRYPT'"),
        (lambda _, call: call.operation != "encrypt", "Did you mean 'Encrypt'"),
        (lambda _, call: call.key_states != ("enabled",), "is no state of a key"),
        (lambda key, _: key.materials[0].state != "current", "Did you mean 'CURRENT'"),
    ],
)
def test_a_word_that_there_is_not_is_the_authors_error(
    called: KmsMock, key: Key, ask: Callable[..., bool], told: str
) -> None:
    """``key.state != "enabled"`` would hold for every key."""
    with pytest.raises(KmsMockError) as caught:
        ask(key, called.calls[1])

    assert told in str(caught.value)


def test_the_code_of_an_error_is_one_that_there_is(kms: KmsMock, client: Any) -> None:
    """``call.error.code != "NotFound"`` would hold for every call."""
    assert code_of(client.describe_key, KeyId="alias/none") == "NotFoundException"
    error: Any = kms.calls[0].error

    with pytest.raises(KmsMockError, match=r"'NotFound' is no code .* mean 'NotFoundException'"):
        assert error.code != "NotFound"
    for other in ("DisabledException", "ThrottlingException", "ReadTimeoutError", "TagException"):
        assert error.code != other
    assert error.code == "NotFoundException"
    assert error == kms.calls[0].error
    assert hash(error) == hash(kms.calls[0].error)


def test_a_word_is_a_text_as_any_other(called: KmsMock, key: Any) -> None:
    call = called.calls[1]

    assert key.state == "Enabled"
    assert key.state != "Disabled"
    assert key.state in {"Enabled": 1}
    assert key.state not in ("Disabled", "PendingDeletion")
    assert key.state == called.create_key().state
    assert key.state != 5
    assert key.state == ANY
    assert (call.operation, call.key_states) == ("Encrypt", ("Enabled",))
    assert f"{key.state} {key.spec.lower()}" == "Enabled symmetric_default"
    assert called.create_key(spec=key.spec, usage=key.usage).spec == key.spec
    for word in (key.state, call.operation):
        assert type(copy.deepcopy(word)) is type(pickle.loads(pickle.dumps(word))) is str
        assert json.dumps(word) == f'"{word}"'


@pytest.mark.parametrize(
    "ask",
    [
        lambda call: "plaintext" not in call.params,
        lambda call: call.params.get("EncryptionContxt") is None,
        lambda call: "Cyphertext" in call.response,
        lambda call: call.response.get("keyid", "none") == "none",
        lambda call: 5 in call.params,
        lambda call: "State" not in call.key.metadata,
        lambda call: call.key.metadata.get("keyState") is None,
    ],
)
def test_a_member_that_there_is_nowhere_is_the_authors_error(
    called: KmsMock, ask: Callable[[Any], bool]
) -> None:
    """It would never be there."""
    with pytest.raises(KmsMockError, match=r"has a member .* here, so that it is never there"):
        ask(called.calls[1])


def test_members_are_a_dict_as_any_other(called: KmsMock) -> None:
    """What other operations have can be missing."""
    call = called.calls[1]

    assert call.params == {"KeyId": "alias/app", "Plaintext": b"x"}
    assert "EncryptionContext" not in call.params
    assert call.params.get("GrantTokens", ["none"]) == ["none"]
    assert call.params.get("Plaintext") == call.params["Plaintext"] == b"x"
    assert call.response is not None
    assert "Plaintext" not in call.response
    assert {**call.params} == dict(call.params) == copy.deepcopy(call.params)
    assert type(pickle.loads(pickle.dumps(call.params))) is dict
    with pytest.raises(KeyError):
        call.params["plaintext"]


def test_members_that_only_newer_botocores_have_can_be_asked_for(called: KmsMock, key: Key) -> None:
    """So that a test holds with older ones, which do not have them."""
    call = called.calls[1]

    assert "SourceKeyMaterialId" not in call.params
    assert call.response is not None
    assert call.response.get("KeyMaterialId") is None
    assert key.metadata.get("EncapsulationAlgorithms") is None
    assert "DeletionDate" not in key.metadata


def test_what_is_plain_has_no_checks(called: KmsMock, key: Key) -> None:
    call = called.calls[1]
    checked = [("state", key.state), key.aliases, called.calls.operations, {"p": call.params}, 5]

    made = plain(checked)

    assert made == checked
    kinds = [type(made[0][1]), *map(type, made[1:4]), type(made[2][0]), type(made[3]["p"])]
    assert kinds == [str, list, list, dict, str, dict]


# What is selected, and what KMS does not know.


@pytest.mark.parametrize(
    "ask",
    [
        lambda calls: calls.assert_not_called("Decrypt"),
        lambda calls: calls.assert_at_most(0, "Decrypt"),
        lambda calls: calls.assert_called("Decrypt"),
        lambda calls: calls("Decrypt"),
        lambda calls: "Decrypt" not in calls,
        lambda calls: calls.count("Decrypt"),
        lambda calls: calls(key="alias/app").assert_not_called("Decrypt"),
        lambda calls: calls[:1].assert_not_called("Decrypt"),
    ],
)
def test_a_selection_of_one_operation_has_no_other(
    called: KmsMock, ask: Callable[[Any], object]
) -> None:
    """Not being called there says nothing."""
    with pytest.raises(KmsMockError, match=r"these are calls of kms:Encrypt, .*kms:Decrypt; ask"):
        ask(called.calls("Encrypt"))


def test_other_selections_have_any(called: KmsMock) -> None:
    called.calls(key="alias/app").assert_not_called("Decrypt")
    called.calls[:1].assert_not_called("Encrypt")
    called.calls("Encrypt").assert_called_once("Encrypt", KeyId="alias/app")
    assert len(called.calls("Encrypt")("Encrypt")) == 1


@pytest.mark.parametrize(
    ("operation", "params", "told"),
    [
        ("GenerateDataKey", {"KeySpec": "AES_265"}, "Did you mean 'AES_256'? KMS knows AES_256,"),
        ("GenerateDataKey", {"KeySpec": "aes_256"}, "Did you mean 'AES_256'?"),
        ("CreateGrant", {"Operations": ["Encrypt", "Decypt"]}, "could have Operations="),
        ("Sign", {"SigningAlgorithm": "RSA"}, "matching(lambda value: value == 'RSA')"),
        (None, {"KeySpec": "AES_512"}, "KMS knows"),
        ("Encrypt", {"KeyId": "app"}, "Write alias/… for an alias"),
        ("Encrypt", {"KeyId": ""}, "no key and no alias can have the name"),
        ("ReEncrypt", {"DestinationKeyId": "app"}, "DestinationKeyId=matching("),
        ("DeleteAlias", {"AliasName": "app"}, "Write alias/… for an alias"),
        ("GenerateRandom", {"NumberOfBytes": True}, "could have NumberOfBytes=True"),
    ],
)
def test_a_value_that_kms_does_not_know_is_the_authors_error(
    called: KmsMock, operation: OperationName | None, params: Any, told: str
) -> None:
    """A slip in it would not be noticed where nothing is to be found."""
    with pytest.raises(KmsMockError) as caught:
        called.calls.assert_not_called(operation, **params)

    assert told in str(caught.value)


def test_a_value_that_kms_refuses_can_have_been_called_with(called: KmsMock, client: Any) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        client.generate_data_key(KeyId="alias/app", KeySpec="AES_512")

    assert code_of(client.describe_key, KeyId="app") == "NotFoundException"

    called.calls.assert_called_once("GenerateDataKey", KeySpec="AES_512")
    called.calls.assert_called_once("DescribeKey", KeyId="app")
    with pytest.raises(AssertionError):
        called.calls.assert_not_called("GenerateDataKey", KeySpec="AES_512")
    called.calls.assert_not_called("Encrypt", EncryptionAlgorithm=matching(lambda v: v == "AES"))
