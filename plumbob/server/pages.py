"""Which errors of the servers have a page in the documentation, so that a message can name it."""

from __future__ import annotations

FOLDER = "docs/errors"
# Each has its file in that folder, and each file its number here (tests/commands/test_docs.py).
PAGES = frozenset((
    1005, 1025, 1040, 1044, 1045, 1047, 1048, 1049, 1050, 1051, 1054, 1060, 1061, 1062, 1064,
    1067, 1068, 1071, 1072, 1074, 1075, 1091, 1101, 1114, 1118, 1130, 1138, 1142, 1143,
    1146, 1170, 1176, 1205, 1213, 1215, 1217, 1227, 1264, 1265, 1290, 1292, 1317, 1364,
    1366, 1370, 1406, 1411, 1449, 1451, 1452, 1503, 1506, 1526, 1553, 1690, 1698, 1701,
    1799, 1820, 1822, 1824, 1826, 1828, 1829, 1830, 1832, 1833, 1845, 1846, 1862, 1901, 1906, 2003,
    2006, 2013, 2026, 2059, 3105, 3108, 3118, 3140, 3159, 3730, 3734, 3780, 3813, 3819,
    3822, 4025, 4092, 4151, 4161, 6125,
))  # fmt: skip


def page_of(errno: int) -> str:
    """The page of an error, such as docs/errors/1062.md; "" where it has none."""
    return f"{FOLDER}/{errno}.md" if errno in PAGES else ""


def with_page(advice: str, errno: int) -> str:
    """Advice that ends with the page of an error, where it has one."""
    page = page_of(errno)
    if not page:
        return advice
    # One that has sentences ends with a full stop, one that is a clause with none.
    if advice.endswith("."):
        return f"{advice} See {page}."
    return f"{advice}; see {page}" if advice else f"see {page}"
