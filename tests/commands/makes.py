"""Declarations that are too long or too odd to stand in fault_cases.yaml, by the names used there."""

from __future__ import annotations

PLAIN = b"tables:\n  t:\n    columns:\n      id: int primary key\n"


def plain() -> bytes:
    return PLAIN


def crlf() -> bytes:
    return PLAIN.replace(b"\n", b"\r\n")


def byte_order_mark() -> bytes:
    return b"\xef\xbb\xbf" + PLAIN


def nul_byte() -> bytes:
    return PLAIN.replace(b"id", b"i\0d")


def latin_1() -> bytes:
    return PLAIN.replace(b"id", b"\xe9")


def long_integer() -> bytes:
    return PLAIN.replace(b"int primary key", b"int default " + b"1" * 5000)


def alias_bomb() -> bytes:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return ("mixins:\n  " + "\n  ".join(lines) + "\ntables: {}\n").encode()


def deep_nesting() -> bytes:
    return b"tables: " + b"[" * 2000 + b"]" * 2000


def many_indexes() -> bytes:
    indexes = "".join(f"      ix{n}: id\n" for n in range(65))
    return PLAIN + f"    indexes:\n{indexes}".encode()


def many_key_parts() -> bytes:
    names = [f"c{n}" for n in range(33)]
    columns = "".join(f"      {name}: tinyint\n" for name in names)
    return PLAIN + f"{columns}    indexes:\n      ix: {', '.join(names)}\n".encode()


def many_columns() -> bytes:
    return PLAIN + "".join(f"      c{n}: tinyint\n" for n in range(1017)).encode()


def names_of_64() -> bytes:
    latin, cyrillic = "n" * 64, "я" * 64
    text = ""
    for name in (latin, cyrillic):
        text += f"  {name}:\n    columns:\n      {name}: int primary key\n      b: int\n"
        text += f"    indexes: {{{name}: b}}\n"
    return ("tables:\n" + text).encode()


def name_of_65() -> bytes:
    return PLAIN.replace(b"  t:", b"  " + b"n" * 65 + b":")


def long_generated_names() -> bytes:
    """Two tables whose names agree in all but the last of 60 characters, with unnamed parts."""
    text = "tables:\n"
    for name in ("n" * 59 + "a", "n" * 59 + "b"):
        text += (
            f"  {name}:\n    columns:\n      id: int primary key\n"
            f"      parent_of_this: int references {name}(id)\n"
            f"      checked: int check (checked > 0)\n      single: int unique\n"
        )
    return text.encode()


def long_column_comment() -> bytes:
    return PLAIN.replace(b"primary key", b"primary key comment '" + b"x" * 1025 + b"'")


def long_table_comment() -> bytes:
    return PLAIN.replace(b"    columns", b"    comment: " + b"x" * 2049 + b"\n    columns")


def five_thousand_tables() -> bytes:
    table = "    columns:\n      id: int unsigned auto_increment primary key\n" + "".join(
        f"      c{n}: varchar({n + 10}) not null default 'x'\n" for n in range(10)
    )
    return ("tables:\n" + "".join(f"  t{n}:\n{table}" for n in range(5000))).encode()
