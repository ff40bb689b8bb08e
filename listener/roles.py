"""What a daemon may do; each can be a process of its own."""

from typing import Final

ROLES: Final = ("hear", "judge", "tell", "obey", "answer", "web")
