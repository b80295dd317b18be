"""The one redactor: takes secrets out of texts of other code (tracebacks, logs, messages).

Our own messages hold no secret in the first place; this is the net below them.
"""

from __future__ import annotations

import os
import re
from urllib.parse import quote

from plumbob.server.secret import MASK, living_secrets

# Shorter secrets are part of ordinary words: to mask them would tell more than it hides.
_SHORTEST = 4
# What holds a secret wherever it comes from: the pattern, with the part to keep in groups 1 and 2.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # The password of a URL, up to the last @ before white space or a quote.
        r"(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:)[^\s'\"]*(@)",
        # Not the server's own "(using password: YES)".
        r"(\b(?:password|passwd|pwd|mysql_pwd)['\"]?\s*[=:]\s*)(?!(?:YES|NO)\))"
        r"(?:'[^']*'|\"[^\"]*\"|[^\s,;)&]+)()",
        r"(\bidentified\s+(?:by|with\s+\S+\s+(?:by|as|using))\s+(?:password\s+)?)'[^']*'()",
        # The hashes of mysql_native_password, and of caching_sha2_password.
        r"()\*[0-9A-F]{40}\b()",
        r"()\$A\$\d{3}\$[^\s']+()",
    )
)


def redact(text: str) -> str:
    """The text without the secrets of this process and without what looks like one."""
    for secret in living_secrets():
        if len(secret) >= _SHORTEST:
            for spelling in {secret, quote(secret, safe=""), repr(secret)[1:-1]}:
                text = text.replace(spelling, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{MASK}\2", text)
    return text


def environment() -> dict[str, str]:
    """The environment for another program: without the variables that hold a secret.

    Its owner may be an account that could not read that of this process.
    """
    return {
        name: text for name, text in os.environ.items() if redact(said := f"{name}={text}") == said
    }
