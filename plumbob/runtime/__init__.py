"""What an application imports: the base of its models, and the database that they use."""

from plumbob.runtime.base import Model, proxy

__all__ = ["Model", "proxy"]
