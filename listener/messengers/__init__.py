"""The messengers: what each is to the rest of the program, and the registry that holds them."""
