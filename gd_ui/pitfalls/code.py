"""Listings: the source of a function that is run here, as a reader is to see it."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import textwrap
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

MARK = "  # ←"
"""Ends a line that differs between the faulty listing and the right one."""
WIDTH = 54
"""Characters of a line that fit beside two charts."""
SIDES = re.compile("_(faulty|right)$")
"""How the names of the functions end; a listing does not say which one it is."""


class _Plain(ast.NodeTransformer):
    """Take docstrings and type hints away: the lines left are those that run."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = SIDES.sub("", node.name)
        node.returns = None
        for argument in (*node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node


@functools.cache
def listing(function: Callable[..., Any]) -> str:
    """Return the source of a function without its docstring and type hints."""
    tree = _Plain().visit(ast.parse(textwrap.dedent(inspect.getsource(function))))
    first, *others = map(_without_brackets, ast.unparse(ast.fix_missing_locations(tree)).splitlines())
    return "\n".join([*textwrap.wrap(first, WIDTH, subsequent_indent=8 * " "), *others])


def different_lines(one: str, other: str) -> list[int]:
    """Return the numbers, from 1, of the lines of `one` that are not in `other` at that place."""
    lines, others = one.splitlines(), other.splitlines()
    found: list[int] = []
    for tag, start, end, _, _ in SequenceMatcher(None, lines, others, autojunk=False).get_opcodes():
        if tag != "equal":
            found += range(start + 1, end + 1)
    return found


def marked(one: str, other: str) -> str:
    """Return a listing with a mark at the end of every line that differs from the other's."""
    differing = set(different_lines(one, other))
    lines = [line + MARK * (i in differing) for i, line in enumerate(one.splitlines(), start=1)]
    return "\n".join(lines)


def _without_brackets(line: str) -> str:
    """Write "a, b = 1, 2" where Python's own unparsing writes "a, b = (1, 2)"."""
    bare = re.sub(r"^(\s*(?:return|[\w, ]+ =) )\((.*)\)$", r"\1\2", line)
    try:
        same = bare == line or ast.dump(_alone(bare)) == ast.dump(_alone(line))
    except SyntaxError:
        same = False
    return bare if same else line


def _alone(line: str) -> ast.Module:
    return ast.parse(f"def alone():\n {line.strip()}")
