"""A span: characters `start:end` of a text."""

Span = tuple[int, int]
