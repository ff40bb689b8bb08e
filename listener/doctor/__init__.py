"""The check-up of everything between nothing and the first real card."""
