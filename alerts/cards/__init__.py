"""What operators see: cards, notes under them and prompts, in Russian, before a messenger gives them its markup."""
