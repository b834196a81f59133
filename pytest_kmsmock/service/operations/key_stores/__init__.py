"""
CreateCustomKeyStore, ConnectCustomKeyStore, DisconnectCustomKeyStore,
UpdateCustomKeyStore, DeleteCustomKeyStore, DescribeCustomKeyStores.
"""

from __future__ import annotations

from .connecting import connect_custom_key_store, disconnect_custom_key_store
from .creating import create_custom_key_store
from .deleting import delete_custom_key_store
from .listing import describe_custom_key_stores
from .updating import update_custom_key_store

__all__ = [
    "connect_custom_key_store",
    "create_custom_key_store",
    "delete_custom_key_store",
    "describe_custom_key_stores",
    "disconnect_custom_key_store",
    "update_custom_key_store",
]
