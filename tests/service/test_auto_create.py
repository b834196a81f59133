"""Keys that come into being when a request names them."""

from __future__ import annotations

import textwrap
import threading
from typing import Any

import botocore.session
import pytest
from calling import code_of

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms, plugin

SESSION: Any = botocore.session.Session()
CLIENT = SESSION.create_client("kms", region_name="us-east-1")

KEY_ID = "11111111-2222-4333-8444-555555555555"
MULTI_REGION_ID = "mrk-" + 32 * "a"
HERE = "arn:aws:kms:us-east-1:123456789012"
ELSEWHERE = "arn:aws:kms:us-east-1:210987654321"

creating = pytest.mark.kms(auto_create=True)


# Off, and on.


@pytest.mark.parametrize("identifier", [KEY_ID, f"{HERE}:key/{KEY_ID}", "alias/app"])
def test_nothing_is_created_unless_asked_for(kms: KmsMock, identifier: str) -> None:
    """AWS answers that there is no such key."""
    code = code_of(CLIENT.encrypt, KeyId=identifier, Plaintext=b"x")

    assert code == "NotFoundException"
    assert kms.keys == []


@creating
@pytest.mark.parametrize(
    "identifier",
    [
        KEY_ID,
        f"{HERE}:key/{KEY_ID}",
        "alias/app",
        "alias/team/app",
        f"{HERE}:alias/app",
        f"{ELSEWHERE}:key/{KEY_ID}",
        f"{ELSEWHERE}:alias/app",
        MULTI_REGION_ID,
        f"{HERE}:key/{MULTI_REGION_ID}",
    ],
)
def test_the_key_is_there_from_then_on(kms: KmsMock, identifier: str) -> None:
    """By the same name in every later call; what it sealed it opens."""
    sealed = CLIENT.encrypt(KeyId=identifier, Plaintext=b"secret")

    opened = CLIENT.decrypt(KeyId=identifier, CiphertextBlob=sealed["CiphertextBlob"])

    assert opened["Plaintext"] == b"secret"
    assert opened["KeyId"] == sealed["KeyId"] == kms.key(identifier).arn
    assert len(kms.keys) == 1


@creating
@pytest.mark.parametrize(
    ("identifier", "arn"),
    [
        (KEY_ID, f"{HERE}:key/{KEY_ID}"),
        (f"{ELSEWHERE}:key/{KEY_ID}", f"{ELSEWHERE}:key/{KEY_ID}"),
        (MULTI_REGION_ID, f"{HERE}:key/{MULTI_REGION_ID}"),
    ],
)
def test_the_key_has_the_id_and_the_account_that_were_asked_for(
    kms: KmsMock, identifier: str, arn: str
) -> None:
    assert CLIENT.encrypt(KeyId=identifier, Plaintext=b"x")["KeyId"] == arn


@creating
def test_an_alias_is_created_with_its_key(kms: KmsMock) -> None:
    """Lists show it as any other."""
    arn = CLIENT.encrypt(KeyId="alias/app", Plaintext=b"x")["KeyId"]

    (alias,) = CLIENT.list_aliases()["Aliases"]
    assert alias["AliasName"] == "alias/app"
    assert alias["TargetKeyId"] == kms.key(arn).id
    assert kms.key(arn).aliases == ["alias/app"]


@creating
def test_only_the_call_that_named_the_key_is_on_record(kms: KmsMock) -> None:
    """Nobody called CreateKey; the call concerned the new key."""
    CLIENT.encrypt(KeyId="alias/app", Plaintext=b"x")

    assert kms.calls.operations == ["Encrypt"]
    assert kms.calls[0].key == kms.key("alias/app")


@creating
def test_a_key_that_exists_is_taken(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app")

    assert CLIENT.encrypt(KeyId="alias/app", Plaintext=b"x")["KeyId"] == key.arn
    assert kms.keys == [key]


@creating
def test_the_state_of_a_key_still_counts(kms: KmsMock) -> None:
    """A test may break the key that the first call made."""
    CLIENT.encrypt(KeyId="alias/app", Plaintext=b"x")
    kms.key("alias/app").disable()

    assert code_of(CLIENT.encrypt, KeyId="alias/app", Plaintext=b"x") == "DisabledException"


@creating
def test_multi_region_ids_are_of_multi_region_keys(kms: KmsMock) -> None:
    metadata = CLIENT.describe_key(KeyId=MULTI_REGION_ID)["KeyMetadata"]

    assert metadata["MultiRegion"] is True


# What suits the call.


@creating
@pytest.mark.parametrize(
    ("operation", "params", "usage", "spec"),
    [
        ("DescribeKey", {}, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"),
        ("Encrypt", {"Plaintext": b"x"}, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"),
        ("GenerateDataKey", {"KeySpec": "AES_256"}, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"),
        (
            "Encrypt",
            {"Plaintext": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
            "ENCRYPT_DECRYPT",
            "RSA_2048",
        ),
        (
            "Sign",
            {"Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_512"},
            "SIGN_VERIFY",
            "RSA_2048",
        ),
        (
            "Sign",
            {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
            "SIGN_VERIFY",
            "ECC_NIST_P256",
        ),
        (
            "Sign",
            {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_512"},
            "SIGN_VERIFY",
            "ECC_NIST_P521",
        ),
        (
            "GenerateMac",
            {"Message": b"x", "MacAlgorithm": "HMAC_SHA_384"},
            "GENERATE_VERIFY_MAC",
            "HMAC_384",
        ),
        ("GetPublicKey", {}, "SIGN_VERIFY", None),
        ("EnableKeyRotation", {}, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"),
    ],
)
def test_the_key_suits_the_operation(
    kms: KmsMock, operation: str, params: dict[str, Any], usage: str, spec: str | None
) -> None:
    """So the call goes well."""
    getattr(CLIENT, botocore.xform_name(operation))(KeyId=KEY_ID, **params)

    assert kms.key(KEY_ID).usage == usage
    assert spec in (None, kms.key(KEY_ID).spec)


@creating
def test_key_agreement_gets_a_key_for_it(kms: KmsMock) -> None:
    public = kms.create_key(spec="ECC_NIST_P256", usage="KEY_AGREEMENT")
    spki = CLIENT.get_public_key(KeyId=public.id)["PublicKey"]

    CLIENT.derive_shared_secret(KeyId=KEY_ID, KeyAgreementAlgorithm="ECDH", PublicKey=spki)

    assert kms.key(KEY_ID).usage == "KEY_AGREEMENT"


@creating
def test_import_gets_a_key_that_waits_for_material(kms: KmsMock) -> None:
    """Its origin is EXTERNAL, or it could import none."""
    CLIENT.get_parameters_for_import(
        KeyId=KEY_ID, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )

    assert kms.key(KEY_ID).state == "PendingImport"


@creating
def test_reencrypt_gets_a_destination_for_its_algorithm(kms: KmsMock) -> None:
    source = kms.create_key()

    CLIENT.re_encrypt(
        CiphertextBlob=source.encrypt(b"x"),
        DestinationKeyId=KEY_ID,
        DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256",
    )

    assert kms.key(KEY_ID).spec.startswith("RSA_")


@creating
def test_an_alias_of_a_key_that_nobody_created_can_be_made(kms: KmsMock) -> None:
    """The target counts as named too."""
    CLIENT.create_alias(AliasName="alias/app", TargetKeyId=KEY_ID)

    assert kms.key("alias/app").id == KEY_ID


# What AWS would refuse all the same.


@creating
@pytest.mark.parametrize(
    "identifier",
    [
        "app",
        "alias/",
        "alias/spaces in it",
        f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}",
        f"arn:aws-cn:kms:us-east-1:123456789012:key/{KEY_ID}",
        f"{HERE}:key/app",
        "arn:aws:s3:::bucket",
        "arn:aws:kms",
    ],
)
def test_a_name_that_no_key_can_have_creates_nothing(kms: KmsMock, identifier: str) -> None:
    """Wrong in form, or of another Region or partition; the answer is as without the option."""
    for method, params in ((CLIENT.describe_key, {}), (CLIENT.encrypt, {"Plaintext": b"x"})):
        with mock_kms(auto_create=False):
            expected = code_of(method, KeyId=identifier, **params)

        assert code_of(method, KeyId=identifier, **params) == expected
    assert kms.keys == []


@creating
def test_an_alias_where_none_is_taken_creates_nothing(kms: KmsMock) -> None:
    code_of(CLIENT.disable_key, KeyId="alias/app")

    assert kms.keys == []


@creating
def test_another_accounts_key_where_none_is_taken_creates_nothing(kms: KmsMock) -> None:
    """DisableKey is for one's own keys, the first time as the second."""
    for _ in range(2):
        code = code_of(CLIENT.disable_key, KeyId=f"{ELSEWHERE}:key/{KEY_ID}")
        assert code == "AccessDeniedException"

    assert kms.keys == []


@creating
def test_a_ciphertext_of_no_key_is_still_none(kms: KmsMock) -> None:
    """A key that comes into being now has sealed nothing."""
    code = code_of(CLIENT.decrypt, KeyId=KEY_ID, CiphertextBlob=b"x" * 100)

    assert code == "InvalidCiphertextException"


@creating
def test_what_is_malformed_creates_nothing(kms: KmsMock) -> None:
    """The shape of a request is checked first."""
    code = code_of(kms.client(parameter_validation=False).encrypt, KeyId=KEY_ID)

    assert code == "ValidationException"
    assert kms.keys == []


@creating
def test_a_call_that_a_fault_befalls_creates_nothing(kms: KmsMock) -> None:
    """The service never got to see it."""
    kms.fail("Encrypt", "NotFoundException")
    client = kms.client(retries={"total_max_attempts": 1})

    assert code_of(client.encrypt, KeyId="alias/app", Plaintext=b"x") == "NotFoundException"
    assert kms.keys == []


# What is refused.


def of_nobody(kms: KmsMock) -> Any:
    """Return a client of a role that may read, and encrypt from nowhere else."""
    allowed = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["kms:ReEncryptFrom", "kms:DescribeKey"],
            "Resource": "*",
        },
    }
    role = "arn:aws:iam::123456789012:role/reader"
    return kms.client(principal=kms.principal(role, policies=allowed))


@creating
@pytest.mark.parametrize("identifier", [KEY_ID, "alias/app", f"{ELSEWHERE}:alias/app"])
def test_a_call_that_policies_refuse_creates_nothing(kms: KmsMock, identifier: str) -> None:
    """As a refused call changes nothing."""
    client = of_nobody(kms)

    assert code_of(client.encrypt, KeyId=identifier, Plaintext=b"x") == "AccessDeniedException"

    assert kms.keys == []


@creating
def test_a_destination_that_policies_refuse_is_not_created(kms: KmsMock) -> None:
    """Nor is it if the source is, or the ciphertext is none."""
    client = of_nobody(kms)
    key = kms.create_key()
    sealed = key.encrypt(b"secret")

    destination = {"DestinationKeyId": "alias/new"}
    assert code_of(client.re_encrypt, CiphertextBlob=sealed, **destination) == (
        "AccessDeniedException"
    )
    assert code_of(CLIENT.re_encrypt, CiphertextBlob=b"none", **destination) == (
        "InvalidCiphertextException"
    )

    assert kms.keys == [key]


@creating
def test_a_call_that_the_new_key_cannot_serve_creates_nothing(kms: KmsMock) -> None:
    """What comes after the key is found can go wrong too."""
    digest = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    assert code_of(CLIENT.sign, KeyId="alias/app", Message=b"short", **digest) == (
        "ValidationException"
    )
    long = {"Plaintext": bytes(200), "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert code_of(CLIENT.encrypt, KeyId=KEY_ID, **long) == "ValidationException"

    assert kms.keys == []
    assert CLIENT.list_aliases()["Aliases"] == []


def test_an_aws_managed_key_that_may_not_be_described_is_not_made(kms: KmsMock) -> None:
    """It comes into being without the option too, when it is described."""
    nobody = kms.client(principal=kms.principal("arn:aws:iam::123456789012:user/nobody"))

    assert code_of(nobody.describe_key, KeyId="alias/aws/s3") == "AccessDeniedException"

    assert kms.keys == []
    of_nobody(kms).describe_key(KeyId="alias/aws/s3")
    assert len(kms.keys) == 1


# In several Regions.


@creating
def test_a_multi_region_key_is_one_in_all_regions(kms: KmsMock) -> None:
    """The second is a replica of the first: what one seals the other opens."""
    west = kms.client("eu-west-1")
    sealed = CLIENT.encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"secret")

    opened = west.decrypt(KeyId=MULTI_REGION_ID, CiphertextBlob=sealed["CiphertextBlob"])

    assert opened["Plaintext"] == b"secret"
    here, there = (
        client.describe_key(KeyId=MULTI_REGION_ID)["KeyMetadata"] for client in (CLIENT, west)
    )
    assert here["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert there["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": here["Arn"], "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": there["Arn"], "Region": "eu-west-1"}],
    }
    assert there["KeyState"] == "Enabled"
    assert "ReplicateKey" not in kms.calls.operations


@creating
def test_a_third_region_has_a_replica_of_the_first(kms: KmsMock) -> None:
    """Named by its ARN, as a configuration does."""
    regions = ("us-east-1", "eu-west-1", "ap-south-1")
    for region in regions:
        arn = f"arn:aws:kms:{region}:123456789012:key/{MULTI_REGION_ID}"
        kms.client(region).generate_data_key(KeyId=arn, KeySpec="AES_256")

    metadata = CLIENT.describe_key(KeyId=MULTI_REGION_ID)["KeyMetadata"]

    replicas = metadata["MultiRegionConfiguration"]["ReplicaKeys"]
    assert sorted(replica["Region"] for replica in replicas) == ["ap-south-1", "eu-west-1"]


@pytest.mark.kms(auto_create=True, transition_seconds=30)
def test_a_replica_is_there_at_once(kms: KmsMock) -> None:
    """However long Creating lasts: the request that names it needs it."""
    CLIENT.encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"x")

    kms.client("eu-west-1").encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"x")

    assert [key.state for key in kms.keys] == ["Enabled", "Enabled"]


@creating
def test_a_replica_is_of_the_primarys_kind(kms: KmsMock) -> None:
    """Whatever its own first request would need."""
    CLIENT.sign(KeyId=MULTI_REGION_ID, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")

    west = kms.client("eu-west-1")

    assert code_of(west.encrypt, KeyId=MULTI_REGION_ID, Plaintext=b"x") == (
        "InvalidKeyUsageException"
    )
    west.get_public_key(KeyId=MULTI_REGION_ID)
    assert [key.spec for key in kms.keys] == ["ECC_NIST_P256", "ECC_NIST_P256"]


@creating
@pytest.mark.parametrize("account", ["123456789012", "210987654321"])
def test_keys_of_one_id_elsewhere_are_others(kms: KmsMock, account: str) -> None:
    """Of another account, or in another partition, where the same number is another account."""
    CLIENT.encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"x")
    region = "cn-north-1" if account == "123456789012" else "eu-west-1"
    partition = "aws-cn" if account == "123456789012" else "aws"

    arn = f"arn:{partition}:kms:{region}:{account}:key/{MULTI_REGION_ID}"
    metadata = kms.client(region).describe_key(KeyId=arn)["KeyMetadata"]

    assert metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert metadata["MultiRegionConfiguration"]["ReplicaKeys"] == []


@creating
def test_a_replica_without_a_primary_makes_none(kms: KmsMock) -> None:
    """The primary key was deleted: there is nothing to replicate, and AWS's answer."""
    CLIENT.encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"x")
    kms.client("eu-west-1").encrypt(KeyId=MULTI_REGION_ID, Plaintext=b"x")
    primary, _ = kms.keys
    primary.delete()

    assert code_of(CLIENT.encrypt, KeyId=MULTI_REGION_ID, Plaintext=b"x") == "NotFoundException"


def test_a_test_makes_no_second_primary(kms: KmsMock) -> None:
    """It is told how to make a replica."""
    kms.create_key(key_id=MULTI_REGION_ID, multi_region=True)

    with pytest.raises(KmsMockError, match=r"us-east-1 already.* replicate_key\(KeyId='mrk-a"):
        kms.create_key(key_id=MULTI_REGION_ID, multi_region=True, region="eu-west-1")

    kms.create_key(key_id=MULTI_REGION_ID, multi_region=True, account="210987654321")
    assert len(kms.keys) == 2


# At once.


@creating
@pytest.mark.parametrize("identifier", [KEY_ID, "alias/app"])
def test_threads_get_one_key(kms: KmsMock, identifier: str) -> None:
    """Whoever comes first; what one seals the others open."""
    barrier = threading.Barrier(8)
    sealed: list[dict[str, Any]] = []

    def work() -> None:
        barrier.wait()
        sealed.append(CLIENT.encrypt(KeyId=identifier, Plaintext=b"x"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(kms.keys) == 1
    assert {each["KeyId"] for each in sealed} == {kms.key(identifier).arn}
    for each in sealed:
        assert CLIENT.decrypt(CiphertextBlob=each["CiphertextBlob"])["Plaintext"] == b"x"


def test_two_that_find_no_key_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race as it is lost for sure: another thread creates the key in between."""
    from pytest_kmsmock.service.serving import finding

    sealed: list[dict[str, Any]] = []
    by_name = finding._by_name

    def overtaken(*args: Any) -> Any:
        try:
            return by_name(*args)
        except Exception:
            if not sealed:
                monkeypatch.setattr(finding, "_by_name", by_name)
                sealed.append(CLIENT.encrypt(KeyId=KEY_ID, Plaintext=b"other"))
            raise

    with mock_kms(auto_create=True) as kms:
        monkeypatch.setattr(finding, "_by_name", overtaken)
        sealed.append(CLIENT.encrypt(KeyId=KEY_ID, Plaintext=b"other"))

        assert len(kms.keys) == 1
        for each in sealed:
            assert CLIENT.decrypt(CiphertextBlob=each["CiphertextBlob"])["Plaintext"] == b"other"


# Where it is written.


def test_it_is_an_option_of_marker_decorator_and_ini_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marker and `mock_kms`'s own arguments beat the ini file."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nkms_auto_create = true")
    pytester.makepyfile(
        textwrap.dedent(
            """
            import pytest
            from pytest_kmsmock import mock_kms

            def test_ini(kms):
                kms.client().describe_key(KeyId="alias/app")

            def test_ini_holds_for_mock_kms():
                with mock_kms() as kms:
                    kms.client().describe_key(KeyId="alias/app")

            @pytest.mark.kms(auto_create=False)
            def test_marker(kms):
                with pytest.raises(Exception, match="NotFound"):
                    kms.client().describe_key(KeyId="alias/app")

            def test_argument():
                with mock_kms(auto_create=False) as kms:
                    with pytest.raises(Exception, match="NotFound"):
                        kms.client().describe_key(KeyId="alias/app")
            """
        )
    )

    result = pytester.runpytest_inprocess(plugins=[plugin])

    result.assert_outcomes(passed=4)
