"""`forward` of a block: its units as a person writes them, a convolution with its norm and activation in one line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from nas.exports.source.blocks import Block
from nas.exports.source.layout import WIDTH, Call, Expression, call, flat, lines, literal, several
from nas.exports.source.names import free, identifier
from nas.exports.source.units import Chained, Reference, Unit
from nas.exports.source.words import Formula, Join

_POOLED = ".mean((2, 3), keepdim=True)"
_DEEPEST = 3  # operations in one expression
_DEPTH = 2  # indents of a method's body
_SUM = 56  # characters of a sum, which no bracket breaks
_NAME = 20  # characters of a variable
_ROOM = 48  # for an expression within another one


@dataclass
class _Open:
    """An expression that is not written down yet: its size in operations, whether it holds a heavy layer, and the
    values in variables that it reads."""

    expression: Expression
    size: int = 0
    heavy: bool = False
    atomic: bool = True
    reads: list[Reference] = field(default_factory=list)


class Forward:
    """Writes the lines of one `forward`; `texts` are what stands for the arguments of its formulas."""

    def __init__(self, block: Block, texts: dict[int, dict[str, str]]) -> None:
        self.block, self.texts = block, texts
        self.body: list[str] = []
        self.open: dict[Reference, _Open] = {}
        self.variables: dict[Reference, str] = {}
        self.left: dict[Reference, int] = {}  # how often a value is still read
        for reads in (*block.reads, block.answers):
            for reference in reads:
                self.left[reference] = self.left.get(reference, 0) + 1
        names = ["x", "y", "z"] if block.lines <= 3 else [f"x{number}" for number in range(1, block.lines + 1)]
        self.parameters = names[: block.lines]
        self.variables.update({(-1, number): name for number, name in enumerate(self.parameters)})

    def write(self) -> list[str]:
        """The lines; the answers of auxiliary heads are computed in training alone."""
        for number, unit in enumerate(self.block.units):
            if number == self.block.early:
                self._keep_all()
                self.body += lines("if not self.training:", _DEPTH)
                self.body += lines(self.variables[self.block.answers[0]], _DEPTH + 1, "return ")
            self._unit(number, unit)
        answers = [self._operand(reference, alone=True) for reference in self.block.answers]
        if len(answers) == 1:
            self.body += lines(answers[0].expression, _DEPTH, "return ")
        else:
            self.body += _tuple("return ", [answer.expression for answer in answers])
        return self.body

    def _unit(self, number: int, unit: Unit) -> None:
        made = self._called(number, unit) if unit.module is not None else self._computed(number, unit)
        if len(unit.outputs) > 1:
            self._several(number, unit, made)
            return
        reference = (number, 0)
        self.open[reference] = made
        if self.left.get(reference, 0) != 1:
            self._keep(reference)

    def _called(self, number: int, unit: Unit) -> _Open:
        heavy = unit.kind != "batch_norm"
        inputs = self.block.reads[number]
        operands = [self._operand(reference, heavy=heavy, join=len(inputs) > 1) for reference in inputs]
        expression = Call(attribute(unit.path, self.block.awkward), tuple(("", each.expression) for each in operands))
        return self._grown(expression, operands, heavy=heavy)

    def _computed(self, number: int, unit: Unit) -> _Open:
        inputs, formula = self.block.reads[number], unit.formula
        if isinstance(formula, Join):
            return self._joined(formula.operator, list(inputs))
        assert isinstance(formula, Formula)
        pooled = self.open.get(inputs[0])
        if unit.kind == "flatten" and pooled is not None and flat(pooled.expression).endswith(_POOLED):
            del self.open[inputs[0]]
            return replace(pooled, expression=flat(pooled.expression).removesuffix(_POOLED) + ".mean((2, 3))")
        operands = [self._operand(each, join=len(inputs) > 1) for each in inputs]
        texts = self.texts.get(number, {})
        if formula.is_call:
            written = [(("" if a.positional else a.name), texts[a.name]) for a in formula.arguments if a.name in texts]
            arguments = (*(("", each.expression) for each in operands), *written)
            return self._grown(Call(formula.pattern, arguments), operands)
        stands = [flat(each.expression) if each.atomic else f"({flat(each.expression)})" for each in operands]
        return self._grown(formula.pattern.format(*stands, **texts), operands, atomic=formula.atomic)

    def _joined(self, operator: str, inputs: list[Reference]) -> _Open:
        operands = [self._operand(reference, join=True, atomic=operator == "*") for reference in inputs]
        if operator == "cat":
            return self._grown(call("torch.cat", several(each.expression for each in operands), "1"), operands)
        sign = " * " if operator == "*" else " + "
        stands = [flat(each.expression) for each in operands]
        text = sign.join(stands)
        if operator == "mean":
            text = f"({text}) / {len(inputs)}"
        if len(text) <= _SUM:
            return self._grown(text, operands, atomic=False)
        return self._long_join(operator, stands, operands)

    def _long_join(self, operator: str, stands: list[str], operands: list[_Open]) -> _Open:
        """A sum that fits no line is taken in several."""
        sign = " * " if operator == "*" else " + "
        total, text, reads = "", "", []
        for stand, operand in zip(stands, operands, strict=True):
            if text and len(text) + len(sign) + len(stand) > _SUM:
                for reference in reads:
                    self.left[reference] -= 1
                total = total or self._new("total")
                self.body += lines(text, _DEPTH, f"{total} = ")
                kept = (len(self.block.units), len(self.variables))  # a value that no unit puts out
                self.variables[kept], self.left[kept] = total, 1
                text, reads = total, [kept]
            text = f"{text}{sign}{stand}" if text else stand
            reads += operand.reads
        return _Open(f"({text}) / {len(stands)}" if operator == "mean" else text, 1, atomic=False, reads=reads)

    def _grown(self, expression: Expression, operands: list[_Open], *, heavy: bool = False, atomic: bool = True) -> _Open:
        size = 1 + max((each.size for each in operands), default=0)
        reads = [reference for each in operands for reference in each.reads]
        return _Open(expression, size, heavy or any(each.heavy for each in operands), atomic, reads)

    def _operand(
        self, reference: Reference, *, heavy: bool = False, join: bool = False, atomic: bool = False, alone: bool = False
    ) -> _Open:
        """A value where it is read: its variable, or its expression where that reads well.

        heavy: a layer reads it; join: one of several; atomic: no operator may stand in it; alone: on a line of its own.
        """
        made = self.open.get(reference)
        if made is not None:
            deepest = 1 if join else _DEEPEST - 1
            fits = len(flat(made.expression)) <= _ROOM and (made.atomic or not atomic)
            if alone or (fits and made.size <= deepest and not (heavy and made.heavy)):
                del self.open[reference]
                return made
            self._keep(reference)
        return _Open(self.variables[reference], reads=[reference])

    def _keep(self, reference: Reference) -> None:
        """Write an open expression down as a variable."""
        made = self.open.pop(reference)
        unit = self.block.units[reference[0]]
        self._read(made)
        name = self._name(made, unit)
        self.variables[reference] = name
        self.body += lines(made.expression, _DEPTH, f"{name} = ")

    def _keep_all(self) -> None:
        for reference in list(self.open):
            self._keep(reference)

    def _several(self, number: int, unit: Unit, made: _Open) -> None:
        self._read(made)
        names = []
        for place in range(len(unit.outputs)):
            name = self._new(self._hint_of(unit, place), extra=names)
            names.append(name)
        for place, name in enumerate(names):
            self.variables[(number, place)] = name
        self.body += lines(made.expression, _DEPTH, f"{', '.join(names)} = ")

    def _hint_of(self, unit: Unit, place: int) -> str:
        """What a module with several answers calls this one: left and right, or itself and its shortcut."""
        module = unit.module
        while isinstance(module, Chained):
            module = module.items[-1][1]
        hints = module.function.hints if module is not None and isinstance(module.function, Block) else []
        own = unit.path[-1]
        if len(set(hints)) != len(unit.outputs):
            return f"{own}_{place + 1}"
        if all(hint in ("left", "right") for hint in hints):
            return hints[place]
        return own if place == 0 else f"{own}_{hints[place].removesuffix('_norm')}"

    def _read(self, made: _Open) -> None:
        for reference in made.reads:
            self.left[reference] -= 1

    def _name(self, made: _Open, unit: Unit) -> str:
        """The variable that is read here for the last time, if that is one line going on; else a new one."""
        dead = [reference for reference in dict.fromkeys(made.reads) if not self.left[reference]]
        if unit.kind != "mean" and dead and (len(set(made.reads)) == 1 or unit.kind in ("add", "concat", "multiply")):
            return self.variables[dead[0]]
        if unit.kind == "mean":
            return self._new("mean")
        if unit.kind == "" and len(set(made.reads)) == 1 and self.block.name != "Network":
            return self._new(unit.path[0])
        return self._new("out")

    def _new(self, hint: str, extra: list[str] | tuple[str, ...] = ()) -> str:
        open_reads = {reference for made in self.open.values() for reference in made.reads}
        alive = {name for reference, name in self.variables.items() if self.left.get(reference, 0) or reference in open_reads}
        return free(identifier(hint[:_NAME]), {*alive, *extra, "self", "torch", "F", "nn"})


def attribute(path: tuple[str, ...], awkward: Collection[str] = ()) -> str:
    """A module within a block: self.conv, self.column1["unit2"]; Python would change names that begin with two "_"."""
    if path[0] in awkward or path[0].startswith("__"):
        return f"self.get_submodule({literal('.'.join(path))})"
    return f"self.{path[0]}" + "".join(f"[{literal(part)}]" for part in path[1:])


def _tuple(before: str, expressions: list[Expression]) -> list[str]:
    whole = " " * 4 * _DEPTH + before + ", ".join(flat(each) for each in expressions)
    if len(whole) <= WIDTH:
        return [whole]
    return lines(several(expressions), _DEPTH, before)
