"""The operations that change the height and width without weights: upsample, crop."""

from __future__ import annotations

from nas.errors import GenomeError, nearest
from nas.genome.op import Op, Shape, image, operation, pair, set_fields

MODES = ("nearest", "bilinear")


@operation("upsample")
class Upsample(Op):
    """(c, h, w) -> (c, h * scale, w * scale): each pixel repeated, or bilinear between the pixels' centres."""

    scale: tuple[int, int] = (2, 2)
    mode: str = "nearest"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise GenomeError(f"mode must be one of {', '.join(MODES)}, got {self.mode!r}{nearest(str(self.mode), MODES)}")
        set_fields(self, scale=pair("scale", self.scale, least=1))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        channels, high, wide = image(inputs)
        return (channels, high * self.scale[0], wide * self.scale[1])


@operation("crop")
class Crop(Op):
    """A window of `size` (height, width) whose upper left pixel stands at `offset`."""

    size: tuple[int, int]
    offset: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        set_fields(self, size=pair("size", self.size, least=1), offset=pair("offset", self.offset, least=0))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        channels, *sides = image(inputs)
        for name, side, size, offset in zip(("height", "width"), sides, self.size, self.offset, strict=True):
            if offset + size > side:
                raise GenomeError(f"a window of {size} at {offset} reaches beyond the image's {name} ({side})")
        return (channels, *self.size)
