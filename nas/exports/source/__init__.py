"""model.py: the network as one file of plain torch that a person reads, and weights.pt beside it.

The way of a genome through the modules, each of which does one step: `words` and `operations` say how torch writes each
operation, `scopes` which module computes each node, `units`, `blocks` and `parameters` which modules are one class,
`titles` what the classes are called, `constructor` and `statements` what stands in them, `layout` how lines are broken,
and `page` puts the file together. `python_file` writes it and has it prove itself in a process that has torch alone.
"""
