"""What differs between two schemas, as verbs; and what becomes of three. Renames are told, never guessed."""
