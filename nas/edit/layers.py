"""Edits of layers and wires: deepen, add a branch, rewire, swap an operation.

What is new is named for the convolution that it stands at: one edit gives one name, whatever was edited before it, so a
network finds its weights again in another draw of the same space.
"""

from __future__ import annotations

from nas.edit.draft import Draft, only_reader
from nas.edit.unit import Unit, check_odd, unit, with_kernel
from nas.errors import GenomeError
from nas.genome import Genome, Op, ops


def deepen(genome: Genome, node: str, *, kernel: int = 3) -> Genome:
    """One more convolution behind the convolution `node`, as wide as it, with the norm and activation that it has.

    Raises `GenomeError` for a `kernel` that is no odd number.
    """
    check_odd(kernel)
    found = unit(genome, node)
    op, half = found.op, kernel // 2
    more = ops.Conv2d(op.out_channels, (kernel, kernel), (1, 1), (half, half), groups=op.groups, bias=op.bias)
    draft = Draft(genome, behind=found.end)
    readers = draft.readers(found.end)
    end = found.append(draft, f"{node}_deeper", found.end, more)
    draft.redirect(found.end, end, readers=readers)
    return draft.genome()


def add_branch(genome: Genome, node: str, *, kernel: int = 3) -> Genome:
    """A convolution of another kernel beside the convolution `node`, from the same input.

    Where the unit of `node` runs into a concatenation alone, which may be wider, the branch is one more part of it; else
    the two are summed, in front of the activation. Raises `GenomeError` for a `kernel` that gives another resolution.
    """
    found = unit(genome, node)
    beside = with_kernel(found.op, kernel)
    reader = only_reader(genome).get(found.end)
    if reader is not None and isinstance(genome[reader].op, ops.Concat):
        try:
            return _one_more_part(genome, found, beside, reader)
        except GenomeError:  # what follows the concatenation has its width from elsewhere
            pass
    return _summed(genome, found, beside)


def _one_more_part(genome: Genome, found: Unit, beside: ops.Conv2d, concat: str) -> Genome:
    draft = Draft(genome, behind=found.end)
    scope = f"{found.conv.name}_branch"
    end = draft.add(f"{scope}/conv", beside, found.conv.inputs[0])
    for follower in found.tail:
        end = draft.add(f"{scope}/{'act' if isinstance(follower.op, ops.Activation) else 'norm'}", follower.op, end)
    draft.take(concat, len(genome[concat].inputs), end)
    return draft.genome()


def _summed(genome: Genome, found: Unit, beside: ops.Conv2d) -> Genome:
    linear = [follower for follower in found.tail if not isinstance(follower.op, ops.Activation)]
    meeting = linear[-1].name if linear else found.conv.name
    draft = Draft(genome, behind=meeting)
    scope, readers = f"{found.conv.name}_branch", draft.readers(meeting)
    end = draft.add(f"{scope}/conv", beside, found.conv.inputs[0])
    for follower in linear:
        end = draft.add(f"{scope}/norm", follower.op, end)
    draft.redirect(meeting, draft.add(f"{scope}/sum", ops.Add(), meeting, end), readers=readers)
    return draft.genome()


def rewire(genome: Genome, node: str, source: str, *, place: int = 0) -> Genome:
    """Let `node` take the output of `source` as its input of this place; behind the last place of a join, as one more.

    Nodes that reach no output any more are dropped. Raises `GenomeError` for a cycle and for shapes that do not fit.
    """
    inputs = genome[node].inputs
    genome[source]  # an error for an unknown name
    joins = genome[node].op.arity[1] is None
    if not 0 <= place < len(inputs) + joins:
        raise GenomeError(f"node '{node}' has {len(inputs)} input(s), so no place {place} (counted from 0)")
    if place < len(inputs) and inputs[place] == source:
        raise GenomeError(f"node '{node}' takes '{source}' at this place already")
    draft = Draft(genome)
    draft.take(node, place, source)
    return draft.genome()


def swap_op(genome: Genome, node: str, op: Op) -> Genome:
    """Another operation at `node`, which must put out the same shape."""
    if op == genome[node].op:
        raise GenomeError(f"node '{node}' has this operation already")
    draft = Draft(genome)
    draft.replace(node, op)
    swapped = draft.genome()
    if swapped.shapes[node] != genome.shapes[node]:
        raise GenomeError(f"node '{node}' puts out {genome.shapes[node]}, and {op.kind} would {swapped.shapes[node]}")
    return swapped
