"""What breaks outside, and what the daemon makes of it: seeded, repeatable, held against a model."""
