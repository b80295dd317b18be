"""Names of Python for names of MySQL: identifiers that mean nothing else where they stand."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache

import inflection

# What a module of models may import or define: no class and no attribute is called so.
MODULE_NAMES = frozenset(
    {
        "SCHEMA",
        "SQL",
        "TYPE_CHECKING",
        "Enum",
        "Model",
        "Generated",
        "Default",
        "BackReference",
        "CompositeBackReference",
        "CompositeKey",
        "CompositeReference",
        "DeferredForeignKey",
        "annotations",
        "cast",
        "import_module",
    }
)
# What `plumbob.runtime.Model` has beside Peewee's names (a test keeps this complete).
_OWN_NAMES = frozenset(
    {
        "DoesNotExist",
        "Meta",
        "_dirty",
        "_forget",
        "_meta",
        "_names_of",
        "_names_to_save",
        "_read_back",
        "_schema",
        "_settle_key",
        "_unread",
    }
)


@cache
def model_names() -> frozenset[str]:
    """What an attribute of a model cannot be called, because every model has something of that name."""
    import peewee

    return frozenset(dir(peewee.Model)) | _OWN_NAMES


def identifier(name: str) -> str:
    """The nearest thing to a name that Python takes for one."""
    found = unicodedata.normalize("NFKC", name)
    found = "".join(each if f"a{each}".isidentifier() else "_" for each in found)
    # Python mangles two underscores at the beginning, and has a meaning for two at both ends.
    found = re.sub(r"^_{2,}", "_", found)
    if not found.strip("_"):
        found = f"column{found}"
    if not found.isidentifier():
        found = f"_{found}"
    return found


def snake_case(name: str) -> str:
    """`userId` and `UserID` as `user_id`; what is in small letters stays as it is."""
    found = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", identifier(name))
    found = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", found)
    return found.lower()


def camel_case(name: str) -> str:
    """`social_auths` as `SocialAuths`; capitals stay."""
    parts = identifier(name).split("_")
    return "".join(part[:1].upper() + part[1:] for part in parts) or "Table"


def singular(name: str) -> str:
    """The English singular of the last word: `social_auths` as `social_auth`."""
    return re.sub(r"[A-Za-z]+$", lambda last: inflection.singularize(last[0]), name)


def plural(name: str) -> str:
    """The English plural of the last word: `film_actor` as `film_actors`."""
    return re.sub(r"[A-Za-z]+$", lambda last: inflection.pluralize(last[0]), name)


def class_name(table: str, is_singular: bool) -> str:
    """`social_auths` as `SocialAuth`, or as `SocialAuths` where names are kept."""
    found = camel_case(singular(table) if is_singular else table)
    return found if found.isidentifier() else f"Table{found}"


def member_name(label: str) -> str:
    """The name of a member of an Enum: `PG-13` as `PG_13`."""
    found = re.sub(r"\W", "_", label).strip("_").upper()
    if not found:
        return "EMPTY" if not label else "LABEL"
    return found if found.isidentifier() else f"LABEL_{found}"


class Taken:
    """The names of one place that are in use; a name that is asked for and taken gets another end."""

    def __init__(self, reserved: Iterable[Collection[str]], *, has_case: bool = True) -> None:
        self._reserved = tuple(reserved)
        self._has_case = has_case
        self._used: set[str] = set()

    def is_free(self, name: str) -> bool:
        return not self.is_reserved(name) and self._key(name) not in self._used

    def is_reserved(self, name: str) -> bool:
        return keyword.iskeyword(name) or any(name in names for names in self._reserved)

    def take(self, *wanted: str) -> str:
        """The first of these names that is free; else the first one with "_" or a number at its end."""
        first = wanted[0]
        found = next((name for name in wanted if self.is_free(name)), None)
        if found is None:
            base = f"{first}_" if self.is_reserved(first) else first
            number = 2
            found = base
            while not self.is_free(found):
                found = f"{base.rstrip('_')}_{number}"
                number += 1
        self._used.add(self._key(found))
        return found

    def _key(self, name: str) -> str:
        return name if self._has_case else name.lower()
