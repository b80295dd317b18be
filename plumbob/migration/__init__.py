"""What a migration is: its two files, read, written, judged and put in order.

What a database knows of its migrations is in `record`, and what carries them out in `run`.
"""
