"""MySQL's own grammar: text ⇄ model, one for a declaration and for what SHOW CREATE prints; no server is known here."""
