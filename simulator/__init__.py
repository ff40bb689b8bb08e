"""VK, X, Telegram and Slack on loopback, for the demo and the tests."""
