"""X: recent search and the mentions of accounts, through tweepy's asynchronous client."""
