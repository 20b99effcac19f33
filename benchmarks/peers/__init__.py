"""What people really use, checked: published implementations of entmax, each in an environment of its own."""

from __future__ import annotations

from .catalogue import PEERS, Peer
from .run import check_peers

__all__ = ["PEERS", "Peer", "check_peers"]
