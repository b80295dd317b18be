"""The pages about errors of the servers, and which there are, so that a message can name them.

They stand in docs/errors, and in the package by a link to that folder.
"""

from __future__ import annotations

from importlib import resources

# Each has its file in that folder, and each file its number here (tests/commands/test_docs.py).
PAGES = frozenset((
    1005, 1025, 1040, 1044, 1045, 1047, 1048, 1049, 1050, 1051, 1054, 1060, 1061, 1062, 1064,
    1067, 1068, 1071, 1072, 1074, 1075, 1091, 1101, 1114, 1118, 1130, 1138, 1142, 1143, 1146,
    1170, 1171, 1176, 1205, 1213, 1215, 1217, 1227, 1264, 1265, 1290, 1292, 1317, 1364, 1365,
    1366, 1370, 1406, 1411, 1449, 1451, 1452, 1503, 1506, 1526, 1553, 1690, 1698, 1701, 1799,
    1820, 1822, 1824, 1826, 1828, 1829, 1830, 1832, 1833, 1845, 1846, 1862, 1901, 1906, 2003,
    2006, 2013, 2026, 2059, 3105, 3108, 3118, 3140, 3159, 3730, 3734, 3776, 3780, 3813, 3819,
    3821, 3822, 3940, 4025, 4092, 4151, 4161, 6125,
))  # fmt: skip


def page(errno: int) -> str:
    """The text of a page, in Markdown.

    Raises:
        KeyError: there is none about this error.
    """
    if errno not in PAGES:
        raise KeyError(errno)
    return (resources.files("plumbob") / "pages" / f"{errno}.md").read_text(encoding="utf-8")


def page_of(errno: int) -> str:
    """What shows the page of an error, such as `schema explain 1062`; "" where it has none."""
    return f"`schema explain {errno}`" if errno in PAGES else ""


def with_page(advice: str, errno: int) -> str:
    """Advice that ends with what shows the page of an error, where it has one."""
    command = page_of(errno)
    if not command:
        return advice
    # One that has sentences ends with a full stop, one that is a clause with none.
    if advice.endswith("."):
        return f"{advice} See {command}."
    return f"{advice}; see {command}" if advice else f"see {command}"
