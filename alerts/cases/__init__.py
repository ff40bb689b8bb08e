"""What a case is: the fold of its events, the commands that make them, and the one table of what leads where."""
