"""What operators see: cards, notes and prompts, in Russian, before a messenger gives them its markup."""
