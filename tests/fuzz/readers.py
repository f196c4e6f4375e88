"""The readers of what strangers may give, each as a function of bytes that raises `InputError` and nothing else.

A reader of files writes the bytes into a folder of its own first. `SEEDS` has for each a few inputs that it takes or nearly
takes; `corpus/READER/` holds those that once broke it.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from nas.data import arrays, cifar, idx, npz
from nas.document import parse, read_text
from nas.errors import InputError
from nas.evaluate import state, table, weights
from nas.exports import folder as exports
from nas.genome import Genome, files
from nas.genome.packed import pack, unpack
from nas.runner.profile import Profile
from nas.space.file import parsed
from nas.space.settings import DataSettings
from nas.space.space import of_file
from nas.study.ledger.journal import HEAD, _head, sealed
from nas.study.ledger.store import Store
from nas.zoo import named

FOLDER = Path(tempfile.mkdtemp(prefix="nas-fuzz.", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
CORPUS = Path(__file__).parent / "corpus"


def search_space(content: bytes) -> None:
    document = read_text(content.decode(errors="replace"), name="x.yaml")
    of_file(parsed(document, allow_code=False), document, lambda loc: FOLDER)


def override(content: bytes) -> None:
    document = read_text("name: x\nnetwork: {depth: 2}\n", name="x.yaml", overrides=[content.decode(errors="replace")])
    parsed(document, allow_code=False)


def runner(content: bytes) -> None:
    parse(Profile, read_text(content.decode(errors="replace"), name="x.yaml"))


def genome_yaml(content: bytes) -> None:
    _genome(_written("g.yaml", content))


def genome_json(content: bytes) -> None:
    _genome(_written("g.json", content))


def packed_genome(content: bytes) -> None:
    Genome.from_dict(unpack(content.decode(errors="replace")))


def zoo_name(content: bytes) -> None:
    named._settings(content.decode(errors="replace"))


def images_npz(content: bytes) -> None:
    settings = DataSettings(name="npz", path=str(_written("d.npz", content)))
    npz.describe(settings)
    arrays.checked(npz.read(settings), where="d.npz")


def images_idx(content: bytes) -> None:
    settings = DataSettings(name="idx", path=str(FOLDER))
    for name in idx.NAMES:
        _written(name, content if "images" in name else GOOD_LABELS)
    idx.describe(settings)
    arrays.checked(idx.read(settings), where="idx")


def images_cifar(content: bytes) -> None:
    settings = DataSettings(name="cifar10", path=str(FOLDER))
    for name in (*cifar.CIFAR10.train, cifar.CIFAR10.test):
        _written(name, content)
    cifar.describe(settings)
    arrays.checked(cifar.read(settings), where="cifar")


def table_npz(content: bytes) -> None:
    table._read.cache_clear()
    table.load_table(str(_written("t.npz", content)))


def table_csv(content: bytes) -> None:
    table._read.cache_clear()
    table.load_table(str(_written("t.csv", content)))


def checkpoint(content: bytes) -> None:
    try:
        state.read_state(content)
    except state.BadState as error:
        raise InputError(str(error)) from None


def trained_weights(content: bytes) -> None:
    weights.read_weights(GENOME, str(_written("weights.safetensors", content)))


def study(content: bytes) -> None:
    """Lines of JSON as a study whose digests are right."""
    logs = [json.loads(line) for line in content.decode(errors="replace").splitlines() if _is_json(line)]
    lines = sealed([log for log in logs if isinstance(log, dict)], b"")
    path = _written("study.journal", _head(HEAD + len(lines)) + lines)
    store = Store.open(path)
    store.about()
    store.load()


def manifest(content: bytes) -> None:
    _written("manifest.json", content)
    exports._written_before(FOLDER)


def _genome(path: Path) -> None:
    genome = files.load(path)
    assert Genome.from_dict(genome.to_dict()) == genome
    assert genome.canonical().fingerprint == genome.fingerprint


def _written(name: str, content: bytes) -> Path:
    (FOLDER / name).write_bytes(content)
    return FOLDER / name


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _npz(**members: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def _state() -> bytes:
    file = io.BytesIO()
    torch.save(
        {"epoch": 3, "model": {"weight": torch.zeros(4, 3)}, "rng": torch.zeros(3, dtype=torch.uint8), "best": [0.1, None]}, file
    )
    return file.getvalue()


SPACE = b"""name: x
about: a space
data: {name: digits, limit: 60}
network:
  stages: 3
  depth: {int: [1, 9]}
  width: {solve: params}
  block: {choice: [basic, bottleneck, inception]}
  connect: {choice: [plain, residual]}
  branches: {int: [2, 4], when: {block: inception}}
budget: {params: 100k, macs: 10M}
objectives: [error, {metric: macs, direction: minimize}]
strategy: {name: tpe, trials: 32, seed: 0}
train: {epochs: 15, batch: 128, lr: 0.1}
stop: {name: successive-halving, rungs: [1, 3]}
"""
EDITS = b"name: e\nkind: edits\nnetwork: {start: 'zoo:lenet5', edits: 3, kinds: [deepen, widen]}\nbudget: {params: 1M}\n"
CELLS = b"name: c\nkind: cell\nnetwork: {cell: {nodes: 4, ops: [none, skip_connect]}, stages: [8, 16], repeats: 1}\n"
RUNNER = b"name: r\nengine: ray\nworkers: 2\ncpus: 1\nretries: 1\ntime_limit_minutes: 5\nkeep: {best: 3}\n"
GENOME = named.load("zoo:lenet5")
GENOME_JSON = json.dumps(GENOME.to_dict()).encode()
IMAGES = np.zeros((30, 4, 4), np.uint8)
IDX_IMAGES = b"\0\0\x08\x03" + struct.pack(">3I", 30, 4, 4) + IMAGES.tobytes()
GOOD_LABELS = b"\0\0\x08\x01" + struct.pack(">I", 30) + bytes(range(3)) * 10
CSV = b"fingerprint,error_1,error_2,params\nabc,0.5,0.25,10\ndef,0.75,,20\n# a note\n"
LOGS = b"\n".join(
    [
        b'{"op_code":0,"worker_id":"a","study_name":"search","directions":[1]}',
        b'{"op_code":2,"worker_id":"a","study_id":0,"user_attr":{"schema":"nas.run/1"}}',
        b'{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":"2026-01-01T00:00:00","state":0,"params":{"depth":2},'
        b'"distributions":{"depth":"{\\"name\\": \\"IntDistribution\\", '
        b'\\"attributes\\": {\\"log\\": false, \\"step\\": 1, \\"low\\": 1, \\"high\\": 3}}"},"system_attrs":{},'
        b'"user_attrs":{"trial":{"choices":{"depth":2},"fingerprint":"a","params":10,"seed":1},'
        b'"result":{"state":"finished","attempt":1,"legs":[[0,0,null]],"metrics":{"error":0.5},"seconds":1.0}}}',
        b'{"op_code":8,"worker_id":"a","trial_id":0,"user_attr":{"epoch:1":{"error":0.5}}}',
        b'{"op_code":6,"worker_id":"a","trial_id":0,"state":1,"values":[0.5],"datetime_complete":"2026-01-01T00:00:01"}',
    ]
)
MANIFEST = b'{"schema": "nas.export/1", "files": {"genome.yaml": {"bytes": 1}}}'

Reader = Callable[[bytes], None]
READERS: dict[str, tuple[Reader, list[bytes]]] = {
    "search_space": (search_space, [SPACE, EDITS, CELLS]),
    "override": (override, [b"network.depth=3", b"train.lr=1e-3", b"network={width: {solve: params}}", b"objectives.0=error"]),
    "runner": (runner, [RUNNER]),
    "genome_yaml": (genome_yaml, [GENOME.to_yaml().encode()]),
    "genome_json": (genome_json, [GENOME_JSON]),
    "packed_genome": (packed_genome, [pack(GENOME.to_dict()).encode()]),
    "zoo_name": (zoo_name, [b"depth=20", b"widen=2, depth=(1, 2)", b"input_shape=[3, 32, 32]"]),
    "images_npz": (
        images_npz,
        [_npz(x=IMAGES, y=np.arange(30) % 3), _npz(x=IMAGES / 2, y=np.arange(30) % 3, classes=np.array(["a", "b", "c"]))],
    ),
    "images_idx": (images_idx, [IDX_IMAGES]),
    "images_cifar": (images_cifar, [bytes(3073), b"\1" * 6146]),
    "table_npz": (table_npz, [_npz(fingerprint=np.array(["a", "b"]), error=np.array([0.1, 0.2]))]),
    "table_csv": (table_csv, [CSV]),
    "checkpoint": (checkpoint, [_state()]),
    "trained_weights": (
        trained_weights,
        [b"\x40\0\0\0\0\0\0\0" + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'.ljust(64) + bytes(16)],
    ),
    "study": (study, [LOGS]),
    "manifest": (manifest, [MANIFEST]),
}


def corpus(name: str) -> list[bytes]:
    """The seeds of a reader, and what once broke it."""
    kept = sorted((CORPUS / name).glob("*")) if (CORPUS / name).is_dir() else []
    return [*READERS[name][1], *(path.read_bytes() for path in kept)]


def read(name: str, content: bytes) -> bool:
    """Give bytes to a reader; whether it took them. Whatever is no error of a user passes."""
    try:
        READERS[name][0](content)
    except InputError:
        return False
    return True
