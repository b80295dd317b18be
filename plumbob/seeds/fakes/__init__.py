"""Rows in numbers, made up: they respect types, keys and references, and are the same for the same seed."""
