"""Reads the tables of facts; by libyaml, because 1 MB of them takes PyYAML's own parser 2 s in each worker."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def load_yaml(text: str) -> Any:
    """What a YAML text holds."""
    return yaml.load(text, Loader=_LOADER)
