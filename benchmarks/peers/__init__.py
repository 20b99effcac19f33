"""Published implementations of softmax, entmax and attention, checked, each in an environment of its own."""

from __future__ import annotations

from .catalogue import PEERS, Peer
from .run import check_peers

__all__ = ["PEERS", "Peer", "check_peers"]
