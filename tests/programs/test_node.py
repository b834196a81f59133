"""The AWS SDK and the AWS Encryption SDK of JavaScript, under Node."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.extra("endpoint")

Node = Callable[..., str]

CLIENT = """
import { KMSClient, EncryptCommand, DecryptCommand, ListKeysCommand } from "@aws-sdk/client-kms";
const client = new KMSClient({});
"""


def test_the_sdk_of_javascript_encrypts_and_decrypts(kms: KmsMock, node: Node) -> None:
    key = kms.create_key(alias="alias/app")

    printed = node(f"""{CLIENT}
    const sealed = await client.send(
        new EncryptCommand({{KeyId: "alias/app", Plaintext: Buffer.from("secret")}}));
    const opened = await client.send(new DecryptCommand({{CiphertextBlob: sealed.CiphertextBlob}}));
    console.log(Buffer.from(opened.Plaintext).toString(), sealed.KeyId);
    """)

    assert printed == f"secret {key.arn}"
    assert kms.calls.operations == ["Encrypt", "Decrypt"]
    assert kms.calls[0].source.startswith("aws-sdk-js/")


def test_it_knows_errors_and_tries_again(kms: KmsMock, node: Node) -> None:
    kms.throttle("ListKeys", times=1)
    kms.disconnect("ListKeys", "closed")

    printed = node(f"""{CLIENT}
    const listed = await client.send(new ListKeysCommand({{}}));
    console.log(listed.$metadata.attempts);
    try {{
        await client.send(new DecryptCommand({{CiphertextBlob: Buffer.from("x")}}));
    }} catch (error) {{
        console.log(error.name, error.$metadata.httpStatusCode);
    }}
    """)

    assert printed == "3\nInvalidCiphertextException 400"
    assert [call.retries for call in kms.calls] == [2, 0]


def test_time_that_a_test_has_moved_is_no_matter(kms: KmsMock, node: Node) -> None:
    """The SDK corrects its clock by the date of an answer, which is the real one."""
    kms.clock.advance(days=30)

    printed = node(f"""{CLIENT}
    for (let each = 0; each < 3; each++) await client.send(new ListKeysCommand({{}}));
    console.log("done");
    """)

    assert printed == "done"


def test_it_trusts_an_endpoint_with_tls(kms: KmsMock, node: Node) -> None:
    with kms.serve(tls=True) as endpoint:
        printed = node(
            f"{CLIENT} console.log((await client.send(new ListKeysCommand({{}}))).Keys.length);",
            env=endpoint.env,
        )

    assert printed == "0"


SDK = """
import { KmsKeyringNode, buildClient, CommitmentPolicy } from "@aws-crypto/client-node";
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const [arn, text] = process.argv.slice(1);
const keyring = new KmsKeyringNode({ generatorKeyId: arn });
"""
CONTEXT = {"tenant": "acme"}


@pytest.fixture
def python_sdk() -> Any:
    """The Encryption SDK of Python."""
    if not os.environ.get("KMSMOCK_PROGRAMS"):
        pytest.importorskip("aws_encryption_sdk")
    import aws_encryption_sdk

    return aws_encryption_sdk


def test_messages_go_from_javascript_to_python(kms: KmsMock, node: Node, python_sdk: Any) -> None:
    key = kms.create_key()

    printed = node(
        f"""{SDK}
        const encryptionContext = {{tenant: "acme"}};
        const {{ result }} = await encrypt(keyring, text, {{encryptionContext}});
        console.log(result.toString("base64"));
        """,
        key.arn,
        "from JavaScript",
    )

    client = python_sdk.EncryptionSDKClient()
    provider = python_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    plaintext, header = client.decrypt(source=base64.b64decode(printed), key_provider=provider)
    assert plaintext == b"from JavaScript"
    assert header.encryption_context["tenant"] == "acme"


def test_messages_go_from_python_to_javascript(kms: KmsMock, node: Node, python_sdk: Any) -> None:
    key = kms.create_key()
    client = python_sdk.EncryptionSDKClient()
    provider = python_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    sealed, _ = client.encrypt(
        source=b"from Python", key_provider=provider, encryption_context=CONTEXT
    )

    printed = node(
        f"""{SDK}
        const {{ plaintext, messageHeader }} = await decrypt(keyring, Buffer.from(text, "base64"));
        console.log(plaintext.toString(), messageHeader.encryptionContext.tenant);
        """,
        key.arn,
        base64.b64encode(sealed).decode(),
    )

    assert printed == "from Python acme"
