"""What a customer is told: what is possible, what is drafted, what is held back, and what was really said."""
