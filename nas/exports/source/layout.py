"""Expressions as text, broken into lines as ruff's formatter breaks them at 88 columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nas.exports.source.words import Code

WIDTH = 88
_INDENT = " " * 4


@dataclass(frozen=True, slots=True)
class Call:
    """function(arguments), each a keyword (or "") and an expression; a function of "" is a tuple."""

    function: str
    arguments: tuple[tuple[str, Expression], ...]
    brackets: str = "()"


@dataclass(frozen=True, slots=True)
class Each:
    """*[element for names in over]"""

    element: Expression
    names: str
    over: Expression


Expression = str | Call | Each


def call(function: str, *arguments: Expression, **keywords: Expression) -> Call:
    """A call with these arguments."""
    return Call(function, (*(("", each) for each in arguments), *keywords.items()))


def several(values: Iterable[Expression], brackets: str = "()") -> Call:
    """A tuple or list."""
    return Call("", tuple(("", value) for value in values), brackets)


def flat(expression: Expression) -> str:
    """The expression in one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Each):
        return f"*[{flat(expression.element)} for {expression.names} in {flat(expression.over)}]"
    inner = ", ".join(_keyword(name) + flat(inside) for name, inside in expression.arguments)
    comma = "," if not expression.function and expression.brackets == "()" and len(expression.arguments) == 1 else ""
    return f"{expression.function}{expression.brackets[0]}{inner}{comma}{expression.brackets[1]}"


def lines(expression: Expression, depth: int, before: str = "", behind: str = "") -> list[str]:
    """The expression in as many lines as it needs, `depth` indents in; `before` and `behind` stand around it."""
    indent = _INDENT * depth
    whole = f"{indent}{before}{flat(expression)}{behind}"
    if len(whole) <= WIDTH or isinstance(expression, str):
        return [whole]
    if isinstance(expression, Each):
        inner = lines(expression.element, depth + 1) + lines(expression.over, depth + 1, f"for {expression.names} in ")
        return [f"{indent}{before}*[", *inner, f"{indent}]{behind}"]
    if not expression.arguments:
        return [whole]
    opened, closed = expression.brackets
    inner = ", ".join(_keyword(name) + flat(inside) for name, inside in expression.arguments)
    body = [f"{indent}{_INDENT}{inner}"]
    if len(body[0]) > WIDTH or not expression.function:  # a tuple or list has one line for each
        body = [line for name, inside in expression.arguments for line in lines(inside, depth + 1, _keyword(name), ",")]
    return [f"{indent}{before}{expression.function}{opened}", *body, f"{indent}{closed}{behind}"]


def _keyword(name: str) -> str:
    return f"{name}=" if name else ""


def value(given: Any) -> Expression:
    """A number, a truth value, a text or a tuple of them, as ruff's formatter writes it."""
    if isinstance(given, Code):
        return str(given)
    if isinstance(given, str):
        return text(given)
    return several(value(each) for each in given) if isinstance(given, tuple) else repr(given)


def literal(given: Any) -> str:
    """The same in one line."""
    return flat(value(given))


def text(given: str) -> str:
    """A text as a literal that says nothing else: quotes, line ends and what cannot be printed are escaped."""
    quote = "'" if given.count('"') > given.count("'") else '"'
    escaped = "".join(_character(each, quote) for each in given)
    return f"{quote}{escaped}{quote}"


def _character(each: str, quote: str) -> str:
    if each in (quote, "\\"):
        return f"\\{each}"
    return each if each.isprintable() else repr(each)[1:-1]


def prose(given: str) -> str:
    """A text within a docstring: on one line, and it cannot end it."""
    return "".join(_character(each, '"') for each in given)
