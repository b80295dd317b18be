"""The front door of the checkout: `python cli.py` is the command `schema`."""

from plumbob.commands import main

main()
