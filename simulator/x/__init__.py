"""X on loopback: recent search, mentions of an account and user lookup, as API v2 answers them."""

from simulator.x.network import X

__all__ = ["X"]
