"""How much a file of data may turn out to be."""

from __future__ import annotations

import pytest

from nas.data.bounds import ALWAYS, MOST_PIXELS, check_pixels, check_unpacked
from nas.errors import DataError


def test_data_may_grow_to_a_hundred_times_or_16_mib():
    check_unpacked(1, ALWAYS, where="x")
    check_unpacked(10**6, 10**8, where="x")
    with pytest.raises(DataError, match="x: 1 compressed bytes would become 16,777,217"):
        check_unpacked(1, ALWAYS + 1, where="x")
    with pytest.raises(DataError, match="at most 100 times"):
        check_unpacked(10**6, 10**8 + 1, where="x")


@pytest.mark.parametrize("size", [(0, 1), (MOST_PIXELS + 1, 1), (10**5, 10**5)])
def test_a_picture_has_pixels_and_not_too_many(size):
    with pytest.raises(DataError, match="a picture may have 1 to 33,554,432 pixels"):
        check_pixels(*size, where="x")
