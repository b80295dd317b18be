"""A foreign key: the child's columns, the parent's columns and the referential actions."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key constraint; an action is None where the server does nothing (NO ACTION, RESTRICT).

    InnoDB treats NO ACTION and RESTRICT alike; which of the two was written is kept in
    `on_delete_written` and `on_update_written`, since MySQL prints RESTRICT and MariaDB NO ACTION
    back. `alias` and `backref` name the two ends of the association for the models of an
    application; the server knows neither.
    """

    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    parent_schema: str | None = None
    on_delete: str | None = None
    on_update: str | None = None
    on_delete_written: str | None = field(default=None, compare=False)
    on_update_written: str | None = field(default=None, compare=False)
    index_name: str | None = field(default=None, compare=False)
    named: bool = field(default=True, compare=False)
    alias: str | None = field(default=None, compare=False)
    backref: str | None = field(default=None, compare=False)

    @property
    def parent_name(self) -> str:
        """The parent as it is called from here: one of another database by both names."""
        return f"{self.parent_schema}.{self.parent}" if self.parent_schema else self.parent
