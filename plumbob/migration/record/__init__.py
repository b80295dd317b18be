"""What a database knows of its own migrations: history, journal and marks, and what is there now."""
