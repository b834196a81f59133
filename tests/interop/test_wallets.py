"""Ethereum and Solana: transactions signed by a key that never leaves KMS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

# The order of the group of secp256k1 (SEC 2, section 2.4.1).
ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


class KmsAccount:
    """An Ethereum account as applications write it over KMS."""

    def __init__(self, client: Any, key_id: str) -> None:
        eth_keys = pytest.importorskip("eth_keys")
        self._client, self._key_id, self._keys = client, key_id, eth_keys
        der = client.get_public_key(KeyId=key_id)["PublicKey"]
        # The point follows the last byte that says "uncompressed".
        self.public_key = eth_keys.keys.PublicKey(der[-64:])
        self.address: str = self.public_key.to_checksum_address()

    def sign_hash(self, digest: bytes) -> Any:
        """Return the signature with the recovery ID, s in the lower half (EIP-2)."""
        der = self._client.sign(
            KeyId=self._key_id,
            Message=digest,
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )["Signature"]
        r, s = decode_dss_signature(der)
        s = min(s, ORDER - s)
        for v in (0, 1):
            signature = self._keys.keys.Signature(vrs=(v, r, s))
            if signature.recover_public_key_from_msg_hash(digest) == self.public_key:
                return signature
        raise AssertionError("neither point is the key's")


@pytest.fixture
def account(client: Any, new_key: Callable[..., str]) -> KmsAccount:
    return KmsAccount(client, new_key(client, "ECC_SECG_P256K1"))


def test_the_sender_of_a_transaction_is_the_key(account: KmsAccount) -> None:
    """eth-account recovers the address from the signed transaction alone."""
    eth_account = pytest.importorskip("eth_account")
    typed = pytest.importorskip("eth_account.typed_transactions")
    transaction = typed.TypedTransaction.from_dict(
        {
            "type": 2,
            "chainId": 1,
            "nonce": 7,
            "maxPriorityFeePerGas": 10**9,
            "maxFeePerGas": 2 * 10**9,
            "gas": 21_000,
            "to": "0x" + "42" * 20,
            "value": 10**18,
            "data": "0x",
        }
    )

    signature = account.sign_hash(bytes(transaction.hash()))

    transaction.transaction.dictionary.update(v=signature.v, r=signature.r, s=signature.s)
    raw = transaction.encode()
    assert eth_account.Account.recover_transaction(raw) == account.address


def test_the_signer_of_a_message_is_the_key(account: KmsAccount) -> None:
    """EIP-191: what a wallet signs to log in."""
    messages = pytest.importorskip("eth_account.messages")
    eth_account = pytest.importorskip("eth_account")
    message = messages.encode_defunct(text="log me in")
    digest = messages._hash_eip191_message(message)

    signature = account.sign_hash(bytes(digest))

    vrs = (signature.v + 27, signature.r, signature.s)
    assert eth_account.Account.recover_message(message, vrs=vrs) == account.address


def test_libsecp256k1_recovers_the_public_key(account: KmsAccount) -> None:
    """The library of Bitcoin, by another implementation of the curve."""
    coincurve = pytest.importorskip("coincurve")
    digest = hashlib.sha256(b"a block").digest()

    signature = account.sign_hash(digest)

    recovered = coincurve.PublicKey.from_signature_and_message(
        signature.to_bytes(), digest, hasher=None
    )
    assert recovered.format(compressed=False)[1:] == account.public_key.to_bytes()


def test_pynacl_verifies_a_solana_message(client: Any, new_key: Callable[..., str]) -> None:
    """Solana signs raw messages by Ed25519; the address is the public key."""
    signing = pytest.importorskip("nacl.signing")
    exceptions = pytest.importorskip("nacl.exceptions")
    arn = new_key(client, "ECC_NIST_EDWARDS25519")
    public = signing.VerifyKey(client.get_public_key(KeyId=arn)["PublicKey"][-32:])

    signature = client.sign(
        KeyId=arn, Message=b"a message", MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
    )["Signature"]

    assert public.verify(b"a message", signature) == b"a message"
    with pytest.raises(exceptions.BadSignatureError):
        public.verify(b"b message", signature)


def test_solana_accepts_a_transfer(client: Any, new_key: Callable[..., str]) -> None:
    """The SDK of Solana verifies a whole transaction."""
    pubkey = pytest.importorskip("solders.pubkey")
    system = pytest.importorskip("solders.system_program")
    message = pytest.importorskip("solders.message")
    transaction = pytest.importorskip("solders.transaction")
    hash_ = pytest.importorskip("solders.hash")
    signature = pytest.importorskip("solders.signature")
    arn = new_key(client, "ECC_NIST_EDWARDS25519")
    sender = pubkey.Pubkey(client.get_public_key(KeyId=arn)["PublicKey"][-32:])
    transfer = system.transfer(
        system.TransferParams(from_pubkey=sender, to_pubkey=pubkey.Pubkey.default(), lamports=1)
    )
    unsigned = message.Message.new_with_blockhash([transfer], sender, hash_.Hash.default())

    signed = client.sign(KeyId=arn, Message=bytes(unsigned), SigningAlgorithm="ED25519_SHA_512")[
        "Signature"
    ]

    whole = transaction.Transaction.populate(unsigned, [signature.Signature(signed)])
    whole.verify()
    assert whole.is_signed()
