"""Values of the layers below as text, JSON, SQL and Markdown; nothing is printed or decided here."""
