"""VK: search, the Bots Long Poll of own communities and their walls, through vk_api."""
