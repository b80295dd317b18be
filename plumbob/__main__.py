"""`python -m plumbob` is the command `schema`."""

from plumbob.commands import main

main()
