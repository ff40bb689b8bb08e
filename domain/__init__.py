"""The values that every part speaks of; pure, and imports nobody."""
