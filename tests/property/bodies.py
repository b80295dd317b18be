"""Random bodies of programs: statements, blocks, comments and texts, as each sql_mode reads them."""

from __future__ import annotations

from typing import Literal

from hypothesis import strategies as st

from tests.property.drawn import TEXTS, Draw, one_of

Place = Literal["", "function", "trigger", "event"]

# What any program may do; {t} is a text.
_STATEMENTS = (
    "set @a = 1",
    "set @a = {t}",
    "set @a = concat({t}, 'é—😀')",
    "set @`x;y` := 2 /* c */",
    "do sleep(0)",
    "if 1 then set @a = {t}; end if",
    "insert into nowhere values ({t})",
    "signal sqlstate '45000' set message_text = {t}",
    "case when true then do 1; else do 2; end case",
)
_FRAMES = (
    "{s}",
    "begin {s}; end",
    "begin\n  -- it's a comment; with a semicolon\n  {s};\n  # another \"one\n  {s};\nend",
    "begin /* don't */ {s}; /*!99999 set @b = 1; */ end",
    "lbl: begin\r\n  {s};\r\n  leave lbl;\r\nend lbl",
    "begin declare x int default 0; while x < 3 do set x = x + 1; {s}; end while; end",
    "begin\n\n\tdeclare exit handler for sqlexception begin end;\n\t{s};\nend",
    "begin {s}; end -- the end",
    "begin {s}; end /* the end */",
    "BEGIN NOT ATOMIC {s}; END",
    "begin /*!50001 {s}; */ end",
)


@st.composite
def bodies(draw: Draw, mode: str, place: Place) -> str:
    """A body for a program of this kind; a function's ends with RETURN."""
    text = text_in(mode, draw(TEXTS))
    statement = draw(one_of(*_STATEMENTS)).replace("{t}", text)
    if place == "function":
        back = draw(one_of("return 1", f"return {text}", "return null", "return (1 + 2) -- c"))
        if draw(st.booleans()):
            return back
        statement = f"{statement}; return 2"
    frame = draw(one_of(*(each for each in _FRAMES if "ATOMIC" not in each)))
    if place == "function" and frame == "{s}":
        frame = "begin {s}; end"
    if place in ("", "event") and draw(st.integers(0, 9)) == 9:
        statement = draw(one_of("delete from nowhere", "call nobody({t})")).replace("{t}", text)
    return frame.replace("{s}", statement)


def text_in(mode: str, text: str) -> str:
    """A literal that means this text in the sql_mode."""
    if "NO_BACKSLASH_ESCAPES" in mode:
        return "'" + text.replace("'", "''") + "'"
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"
