"""Seeds: rows that a database starts with, written in files and made up in numbers, and removed again."""
