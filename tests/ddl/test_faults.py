"""CREATE TABLE statements that the grammar refuses: what it says, and at which offset."""

from __future__ import annotations

import pytest

from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.tables import parse_create_table

# The place is where ⟨ stands.
FAULTS = [
    ("create table t (a ⟨integr)", "'integr' is no data type", "did you mean integer?"),
    ("create table t (a varchar⟨)", "expected the length of varchar", "write varchar(n)"),
    ("create table t (a int ⟨nul)", "'nul' is not expected in a column definition", ""),
    ("create table t (a int null ⟨null)", "NULL stands here twice", ""),
    ("create table t (a int default ⟨x)", "expected a default value, found 'x'", "in quotes"),
    ("create table t (a int default ⟨)", "expected a default value", ""),
    ("create table t (a date⟨(3))", "date takes nothing in parentheses", ""),
    ("create table t (a char⟨(3,4))", "char takes one number only", ""),
    ("create table t (a varchar(⟨x))", "expected a whole number", ""),
    ("create table t (a int⟨", "expected ')', the text ends here", ""),
    ("create table t (a int) ⟨)", "')' is not expected here", ""),
    ("create table t (a int,⟨)", "expected a name", ""),
    ("create table t ⟨a int)", "expected '('", ""),
    ("create ⟨view t as select 1", "expected TABLE", ""),
    ("create table t (a int as ⟨a + 1)", "expected '('", ""),
    ("create table t (a int as ⟨(a + 1", "this parenthesis is not closed", ""),
    ("create table t (a int, check (⟨))", "expected an expression", ""),
    ("create table t (a int, foreign key (a) ⟨reference p (a))", "expected REFERENCES", ""),
    (
        "create table t (a int, foreign key (a) references p (a) on delete ⟨nothing)",
        "expected CASCADE, RESTRICT, NO ACTION, SET NULL or SET DEFAULT, found 'nothing'",
        "",
    ),
    ("create table t (a int, constraint c ⟨key (a))", "expected PRIMARY KEY, UNIQUE", ""),
    ("create table t (a enum(⟨x))", "expected a text in quotes", ""),
    ("create table t (a int comment ⟨x)", "expected a text in quotes", ""),
    ("create table t (a int) engine=⟨", "expected a name", ""),
    ("create table t (a int, period for p (s⟨))", "expected ','", ""),
    ("create table t (a int) with ⟨versioning", "expected SYSTEM VERSIONING", ""),
    ("create table t (a int default ⟨'x)", "this text has no closing quote", "close the quote"),
]


@pytest.mark.parametrize(("marked", "what", "advice"), FAULTS)
def test_fault(marked: str, what: str, advice: str) -> None:
    offset = marked.index("⟨")
    with pytest.raises(SyntaxFault) as caught:
        parse_create_table(marked.replace("⟨", ""))
    assert what in caught.value.what
    assert advice in caught.value.advice
    assert caught.value.offset == offset
