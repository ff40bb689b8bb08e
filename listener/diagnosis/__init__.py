"""What a check-up is made of: its lines, and the road to a server told apart step by step."""
