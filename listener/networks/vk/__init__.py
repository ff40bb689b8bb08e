"""VK: search by service token, communities by Bots Long Poll; the only home of vk_api."""

from listener.networks.vk.build import build_vk

__all__ = ["build_vk"]
