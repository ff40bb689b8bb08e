"""The terminal: cards as panels or plain lines."""
