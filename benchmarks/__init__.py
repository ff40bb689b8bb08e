"""Speeds that were measured, each beside the bare loop or the peer it is held against, in the same run."""
