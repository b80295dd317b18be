"""The counter of a table is data, and no part of what it is."""

from __future__ import annotations

from plumbob.ddl.fingerprint import fingerprint
from plumbob.model import NotUnderstood, parse_flavour

WORDS = "CREATE TABLE `t` (\n  `id` int WOMBAT COMMENT ' AUTO_INCREMENT=7'\n) ENGINE=InnoDB{}"


def test_a_counter_is_left_out_where_the_rest_is_not_understood() -> None:
    """It grows with every row, and is another one on each member of a cluster."""
    flavour = parse_flavour("10.11.19-MariaDB")
    prints = {
        counter: fingerprint(NotUnderstood("t", WORDS.format(counter), "WOMBAT"), flavour)
        for counter in ("", " AUTO_INCREMENT=4", " AUTO_INCREMENT=15", " DEFAULT CHARSET=utf8mb3")
    }
    assert prints[""] == prints[" AUTO_INCREMENT=4"] == prints[" AUTO_INCREMENT=15"]
    assert prints[" DEFAULT CHARSET=utf8mb3"] != prints[""]
