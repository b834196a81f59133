"""A mock in a process that is forked while threads are calling: nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

FORKING = """
import os, signal, threading
from pytest_kmsmock import KmsMockError, mock_kms

THREADS, CHILDREN = 6, 15
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
over = threading.Event()


def work(client, alias):
    while not over.is_set():
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        client.create_key(**SIGNING)
        client.create_alias(AliasName=alias, TargetKeyId=key_id)
        client.encrypt(KeyId=alias, Plaintext=b"x")
        client.generate_random(NumberOfBytes=32)  # over the wire
        client.list_aliases()
        client.delete_alias(AliasName=alias)


def use(kms, client):
    # Returns the ID of a request.
    kms.create_key(alias="alias/app")
    kms.delay("GenerateRandom", seconds=0.001, times=None)
    response = client.create_key(**SIGNING)
    key_id = response["KeyMetadata"]["KeyId"]
    client.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    blob = client.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert client.generate_random(NumberOfBytes=32)["ResponseMetadata"]["RetryAttempts"] == 0
    kms.throttle("ListKeys")
    assert client.list_keys()["ResponseMetadata"]["RetryAttempts"] == 1
    kms.clock.advance(days=400)
    kms.cloudhsm_cluster().delete()
    kms.create_key(alias="alias/of-the-child")
    kms.calls.assert_called_once("ListKeys")
    return response["ResponseMetadata"]["RequestId"]


with mock_kms() as kms:
    key = kms.create_key(alias="alias/app")
    kms.client().enable_key_rotation(KeyId=key.id)
    kms.delay("GenerateRandom", seconds=0.001, times=None)
    client, *others = [kms.client() for _ in range(THREADS + 1)]
    threads = [
        threading.Thread(target=work, args=(each, f"alias/{number}"), daemon=True)
        for number, each in enumerate(others)
    ]
    for thread in threads:
        thread.start()
    ids = []
    for _ in range(CHILDREN):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # ends who waits for ever
            try:
                client.list_keys()  # of the parent's mock
            except KmsMockError:
                with mock_kms() as own:
                    os.write(writing, use(own, client).encode())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, f"child {len(ids)}: {status}"
        ids.append(os.read(reading, 100).decode())
    ids.append(client.list_aliases()["ResponseMetadata"]["RequestId"])
    over.set()
    for thread in threads:
        thread.join()
    recorded = {call.request_id for call in kms.calls}
    assert len(set(ids)) == CHILDREN + 1
    assert recorded.intersection(ids) == {ids[-1]}
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without os.fork, nobody is forked")
def test_a_child_answers_whatever_threads_of_its_parent_were_doing() -> None:
    """Of six that call without a pause; its mock and its request IDs are its own."""
    # Python warns of forks beside threads, which is what is tried.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]

    subprocess.run(command, check=True, timeout=600)
