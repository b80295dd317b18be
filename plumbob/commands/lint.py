"""`schema lint`: what is allowed in a declaration and often regretted."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import load_declaration, open_project
from plumbob.commands.options import ProjectOptions
from plumbob.errors import Exit

EXAMPLE = """\
schema lint
schema lint --schema other/schema.yaml --json"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.json
def command(where: ProjectOptions, as_json: bool) -> int:
    """Show what is allowed in the declaration and often regretted.

    No server is needed. Each finding names its rule and shows its line. Exit code 1 when there are
    findings; 2 when the declaration is wrong.

    The rule definers: a view, procedure or function with SQL SECURITY DEFINER, which is the default,
    and any trigger or event, that declares no definer, and so gets the rights of whoever applies the
    migration, or that has those of root.

    The setting lint_ignore silences a rule, or a rule for some objects: definers:view:report_*.
    """
    project = open_project(where)
    declaration = load_declaration(project)
    # A fault in the declaration is told at once: half a second later all of this is loaded.
    from plumbob.lint import lint
    from plumbob.report.comparison import source
    from plumbob.report.lint import lint_document, lint_text

    linted = lint(declaration, project.config.lint_ignore)
    read = source(project.shown(project.schema), declaration.schema)
    if as_json:
        console.out_json(lint_document(read, linted))
    else:
        console.out(lint_text(read, linted))
    return Exit.DIFFERENT if linted.findings else Exit.OK
