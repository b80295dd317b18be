"""plumbob keeps a live MySQL or MariaDB database true to one declaration file."""

__version__ = "0.1.0"
