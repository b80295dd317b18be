"""Versions as servers, packagers and clouds write them."""

from __future__ import annotations

import pytest

from plumbob.model import Flavour, parse_flavour

VERSIONS = {
    "9.7.4": "MySQL 9.7.4",
    "9.7.4-2": "MySQL 9.7.4",
    "9.7.4-cluster": "MySQL 9.7.4",
    "8.0.36-28": "MySQL 8.0.36",
    "8.0.36-0ubuntu0.22.04.1": "MySQL 8.0.36",
    "8.4.2-commercial": "MySQL 8.4.2",
    "8.0.mysql_aurora.3.04.0": "MySQL 8.0.0",
    "26.7.0": "MySQL 26.7.0",
    "26.7": "MySQL 26.7.0",
    "26.10.0-u3-cloud": "MySQL 26.10.0",
    "10.11.19-MariaDB-log": "MariaDB 10.11.19",
    "5.5.5-10.11.19-MariaDB-1:10.11.19+maria~ubu2204": "MariaDB 10.11.19",
    "10.6.12-MariaDB-0ubuntu0.22.04.1": "MariaDB 10.6.12",
    "11.8.9-MariaDB-ubu2404": "MariaDB 11.8.9",
    "12.3.1-MariaDB": "MariaDB 12.3.1",
    "10.6.16-11-MariaDB-enterprise-log": "MariaDB 10.6.16",
    "5.5.5-m3": "MySQL 5.5.5",
    "5.7.44-log": "MySQL 5.7.44",
    " 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)": "MySQL 8.0.36",
}


@pytest.mark.parametrize(("written", "meant"), VERSIONS.items())
def test_versions(written: str, meant: str) -> None:
    assert str(parse_flavour(written)) == meant


@pytest.mark.parametrize("written", ["", "MariaDB", "v8", "unknown"])
def test_what_is_no_version(written: str) -> None:
    with pytest.raises(ValueError, match="no version number"):
        parse_flavour(written)


def test_what_has_to_agree_with_a_scratch_server() -> None:
    assert Flavour("mysql", (26, 7, 3)).series == "26.7"
