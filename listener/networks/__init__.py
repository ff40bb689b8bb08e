"""The networks: a folder each, and the registry through which the rest of the program knows them."""
