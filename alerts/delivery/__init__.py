"""Outboxes become messages: card views and notices, paced chat by chat, at least once."""
