"""The statements of the migrations that most tests of this folder run."""

from __future__ import annotations

from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Ref, Statement
from tests.migration.project import alter

ADD_X = alter("users", "ADD COLUMN `x` int")
DROP_X = alter(
    "users",
    "DROP COLUMN `x`",
    hazards=(Hazard("drop-column", Named("users", "x"), "all values of the column are lost"),),
)
ADD_Y, DROP_Y = alter("users", "ADD COLUMN `y` int"), alter("users", "DROP COLUMN `y`")
CREATE = Statement(
    "CREATE TABLE `notes` (`id` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB CHARSET=utf8mb4",
    "create table notes",
    "notes",
    gives=frozenset({Ref("table", "notes")}),
)
DROP = Statement("DROP TABLE `notes`", "drop table notes", "notes", takes=CREATE.gives)
