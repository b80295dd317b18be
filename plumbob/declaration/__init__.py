"""The declaration file: read with positions, validated, and written for a live schema."""

from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump import dump
from plumbob.declaration.faults import Notice
from plumbob.declaration.json_schema import json_schema
from plumbob.declaration.load import load
from plumbob.declaration.validate import validate

__all__ = ["Declaration", "Notice", "dump", "json_schema", "load", "validate"]
