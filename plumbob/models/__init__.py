"""The generator of Peewee models: a declared schema in, Python source out. It asks no server."""

from plumbob.models.options import Options
from plumbob.models.render import render_module, render_package

__all__ = ["Options", "render_module", "render_package"]
