"""Slack: cards, notes and modals by the Web API, presses over Socket Mode."""
