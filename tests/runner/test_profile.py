"""Profiles: the shipped ones, and what is wrong with one."""

from __future__ import annotations

import pytest

from nas import shipped
from nas.errors import InputError
from nas.runner import load


@pytest.mark.parametrize("name", shipped.names("runners"))
def test_every_shipped_profile_can_be_read(name):
    assert load(name).name == name


def test_an_unknown_profile_shows_the_nearest():
    with pytest.raises(InputError, match="did you mean 'laptop'"):
        load("laptob")


def test_an_unknown_engine_shows_the_place_and_what_there_is(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nengine: rai\n")
    with pytest.raises(InputError, match=r"mine\.yaml:2:9: engine: .*'ray'"):
        load(str(path))
