"""Words for faked rows, by the name of a column: a table of facts over the library Faker.

Faker is asked for some hundreds of each kind, which are then put together: one by one it would take most
of the time. What could reach somebody (addresses of mail, hosts, telephones) is of the kind that is
reserved for examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

_POOL = 500
_PEOPLE = re.compile(
    r"(^|_)(users?|people|persons?|customers?|clients?|employees?|members?|authors?|contacts?|staff"
    r"|accounts?|students?|teachers?|patients?|actors?)$",
    re.IGNORECASE,
)
_COMPANIES = re.compile(r"(compan|organi[sz]ation|supplier|vendor|shop|store|firm)", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Kind(NamedTuple):
    """A kind of words: the names of columns that mean it, and how a text of it is made."""

    pattern: re.Pattern[str]
    make: Callable[[Words, int], str]


class Words:
    """Texts of many kinds, drawn with one generator of random numbers."""

    def __init__(self, rng: Random, seed: int) -> None:
        from faker import Faker

        self.rng = rng
        self.seed = seed
        self._faker = Faker("en_US")
        self._pools: dict[str, list[str]] = {}

    def one(self, kind: str, **arguments: Any) -> str:
        """One of the texts that Faker gives for a kind."""
        pool = self._pools.get(kind)
        if pool is None:
            # Each kind begins anew, so that it does not depend on what was drawn before.
            self._faker.seed_instance(f"{self.seed}:{kind}")
            make = getattr(self._faker, kind)
            pool = [str(make(**arguments)) for _ in range(_POOL)]
            self._pools[kind] = pool
        return pool[int(self.rng.random() * _POOL)]

    def slug(self) -> str:
        return f"{self.one('word')}-{self.one('word')}"

    def code(self, length: int, letters: str = "0123456789abcdefghijklmnopqrstuvwxyz") -> str:
        return "".join(self.rng.choices(letters, k=length))


def _named(pattern: str, make: Callable[[Words, int], str]) -> Kind:
    return Kind(re.compile(rf"(^|_)({pattern})(_|$)"), make)


def _faked(pattern: str, kind: str, **arguments: Any) -> Kind:
    return _named(pattern, lambda words, _: words.one(kind, **arguments))


def _person(words: Words, _: int) -> str:
    return f"{words.one('first_name')} {words.one('last_name')}"


def _title(words: Words, _: int) -> str:
    return f"{words.one('word')} {words.one('word')}".capitalize()


def _login(words: Words, number: int) -> str:
    return f"{words.one('first_name')}.{words.one('last_name')}{number}".lower()


def _address(words: Words, _: int) -> str:
    return f"192.0.2.{words.rng.randrange(1, 255)}"


_DIGITS = "0123456789"
# The first that matches counts.
_KINDS = (
    _named("[a-z]+_id", lambda w, _: w.code(12)),
    _named("e?mail|emails?|mail_address|email_address", lambda w, n: f"{_login(w, n)}@example.com"),
    # No password has such a hash.
    _named("password|passwd|password_hash|hashed_password|pwd", lambda w, _: "!" + w.code(40)),
    _faked("first_name|given_name|forename", "first_name"),
    _faked("last_name|family_name|surname", "last_name"),
    _named("full_name|display_name|author|contact|customer_name", _person),
    _named("user_?name|login|nick_?name|handle|account", _login),
    _named(
        "phone|mobile|fax|telephone|tel|phone_number", lambda w, _: f"+1 555 01{w.code(2, _DIGITS)}"
    ),
    _faked("street|street_address|address|address_line|address1", "street_address"),
    _named("address2", lambda w, _: f"Apt. {w.code(3, _DIGITS)}"),
    _faked("city|town", "city"),
    _faked("zip|zip_?code|postal|postal_?code|post_?code", "postcode"),
    _faked("country_code|nationality", "country_code"),
    _faked("country", "country"),
    _faked("state|region|province|district|county", "state"),
    _faked("company|company_name|organi[sz]ation|employer|vendor|supplier", "company"),
    _faked("job|profession|occupation|position|role", "job"),
    _faked("currency|currency_code", "currency_code"),
    _faked("lang|language|locale", "language_code"),
    _faked("colou?r", "color_name"),
    _faked("mime|mime_type|content_type|media_type", "mime_type"),
    _faked("time_?zone|tz", "timezone"),
    _faked("user_agent", "user_agent"),
    _named(
        "url|uri|link|website|homepage|href", lambda w, n: f"https://example.com/{w.slug()}-{n}"
    ),
    _named("host|hostname|domain", lambda w, n: f"{w.slug()}-{n}.example.com"),
    _named("ip|ip_address|remote_addr", _address),
    _named("file_?name|filename", lambda w, n: f"{w.slug()}-{n}.pdf"),
    _named("path|file", lambda w, n: f"/{w.one('word')}/{w.slug()}-{n}.pdf"),
    _named("slug|permalink", lambda w, n: f"{w.slug()}-{n}"),
    _named("otp|pin|digits", lambda w, _: w.code(6, _DIGITS)),
    _named(
        "sku|code|ref|reference|token|key|serial|hash|number|no", lambda w, _: w.code(10).upper()
    ),
    _faked("description|body|content|text|comments?|notes?|bio|about|message|summary", "paragraph"),
    _faked("title|subject|headline|caption|label", "sentence", nb_words=4),
    _named("provider|source|channel|category|tag|type|kind|group", lambda w, _: w.one("word")),
)
_KNOWN: dict[tuple[str, str], Callable[[Words, int], str]] = {}


def maker_of(table: str, column: str) -> Callable[[Words, int], str]:
    """What makes texts for a column, by its name and that of its table."""
    found = _KNOWN.get((table, column))
    if found is None:
        found = _KNOWN[table, column] = _maker_of(table, column)
    return found


def _maker_of(table: str, column: str) -> Callable[[Words, int], str]:
    name = _CAMEL.sub("_", column).lower()
    for kind in _KINDS:
        if kind.pattern.search(name):
            return kind.make
    if name.endswith("name"):
        if _PEOPLE.search(table):
            return _person
        if _COMPANIES.search(table):
            return lambda words, _: words.one("company")
        for kind in _KINDS:
            # The name of a city, in a table of cities.
            if kind.pattern.search(_singular(table.lower())):
                return kind.make
    return _title


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name.removesuffix("s")
