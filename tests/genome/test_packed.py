from __future__ import annotations

import base64
import json
import zlib

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, packed
from nas.genome.packed import pack, unpack
from nas.zoo import find


def test_a_genome_comes_back_as_it_was() -> None:
    genome = find("resnet_cifar-20").genome
    assert unpack(pack(genome.to_dict())) == genome.to_dict()
    assert Genome.from_dict(unpack(pack(genome.to_dict()))).fingerprint == genome.fingerprint


def test_it_takes_an_eighth_of_the_room() -> None:
    data = find("resnet_cifar-110").genome.to_dict()
    assert len(pack(data)) * 8 < len(json.dumps(data, separators=(",", ":")))


def test_it_is_a_line_that_json_leaves_as_it_is() -> None:
    text = pack(find("lenet5-original").genome.to_dict())
    assert json.dumps(text) == f'"{text}"'


def packed_text(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "text", ["?", "AAAA", packed_text(b"{"), packed_text(b"[]"), packed_text(b"[" * 100_000), pack({"schema": 1})[:-8]]
)
def test_a_text_that_is_no_genome_is_refused(text: str) -> None:
    with pytest.raises(GenomeError, match="a packed genome is"):
        unpack(text)


def test_a_text_that_expands_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "LARGEST", 1000)
    with pytest.raises(GenomeError, match="expands to more than any genome has"):
        unpack(packed_text(b" " * 1001))
