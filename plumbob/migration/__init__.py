"""What a migration is, its two files, what a database knows of it, and the run that carries it out."""
