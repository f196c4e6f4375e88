"""From genome to torch: `build(genome)` is a module; `builders` says how each operation is computed."""

from nas.network import channels, convolution, deformable, drop_path, layers, merges, noise, pooling, resolution  # noqa: F401
from nas.network.build import build, state_name
from nas.network.builders import Place, builders

__all__ = ["Place", "build", "builders", "state_name"]
