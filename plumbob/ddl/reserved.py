"""The reserved words of both servers."""

RESERVED: frozenset[str] = frozenset()
