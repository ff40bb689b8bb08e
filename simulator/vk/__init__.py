"""VK on loopback: search, walls, users, communities and their Bots Long Poll, as API 5.199 has them."""

from simulator.vk.server import SERVICE_TOKEN, Heard, Vk

__all__ = ["SERVICE_TOKEN", "Heard", "Vk"]
