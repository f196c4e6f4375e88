"""The readers of what strangers may give, each as a function of bytes that raises `InputError` and nothing else.

A reader of files writes the bytes into a folder of its own first. It begins with the inputs of `seeds.py`; `corpus/READER/`
holds those that once broke it.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import seeds

from nas.data import arrays, cifar, folder, idx, npz
from nas.database_url import parse as parsed_url
from nas.document import parse, read_text
from nas.errors import InputError
from nas.evaluate import state, table, weights
from nas.exports import folder as exports
from nas.genome import Genome, files
from nas.genome.packed import unpack
from nas.runner.profile import Profile
from nas.space import latency_table
from nas.space.file import parsed
from nas.space.settings import DataSettings
from nas.space.space import of_file
from nas.study.ledger.journal import HEAD, _head, sealed
from nas.study.ledger.store import Store
from nas.study.other_runs import earlier, reuse
from nas.study.other_runs.copies import Copy
from nas.study.other_runs.copies import sealed as sealed_copy
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


def latency(content: bytes) -> None:
    table = latency_table.load(_written("latency.json", content))
    assert 0 <= table.predicted_ms(seeds.GENOME) < float("inf")


def zoo_name(content: bytes) -> None:
    named._settings(content.decode(errors="replace"))


def images_npz(content: bytes) -> None:
    settings = DataSettings(name="npz", path=str(_written("d.npz", content)))
    npz.describe(settings)
    arrays.checked(npz.read(settings), where="d.npz")


def images_idx(content: bytes) -> None:
    settings = DataSettings(name="idx", path=str(FOLDER))
    for name in idx.NAMES:
        _written(name, content if "images" in name else seeds.LABELS)
    idx.describe(settings)
    arrays.checked(idx.read(settings), where="idx")


def images_cifar(content: bytes) -> None:
    settings = DataSettings(name="cifar10", path=str(FOLDER))
    for name in (*cifar.CIFAR10.train, cifar.CIFAR10.test):
        _written(name, content)
    cifar.describe(settings)
    arrays.checked(cifar.read(settings), where="cifar")


def images_folder(content: bytes) -> None:
    """The bytes as the first picture of a class; another class has a good one."""
    root = FOLDER / "pictures"
    for name, one in (("a", content), ("b", seeds.PICTURE)):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "0.png").write_bytes(one)
    settings = DataSettings(name="folder", path=str(root), size=(8, 8))
    folder.describe(settings)
    arrays.checked(folder.read(settings), where="pictures")


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
    weights.read_weights(seeds.GENOME, str(_written("weights.safetensors", content)))


def study(content: bytes) -> None:
    """Lines of JSON as a study whose digests are right."""
    logs = [json.loads(line) for line in content.decode(errors="replace").splitlines() if _is_json(line)]
    lines = sealed([log for log in logs if isinstance(log, dict)], b"")
    path = _written("study.journal", _head(HEAD + len(lines)) + lines)
    store = Store.open(path)
    store.about()
    store.load()


def earlier_copy(content: bytes) -> None:
    _copy(content, earlier.COPY)


def reused_copy(content: bytes) -> None:
    _copy(content, reuse.COPY)


def database_url(content: bytes) -> None:
    parsed_url(content.decode(errors="replace"))


def manifest(content: bytes) -> None:
    _written("manifest.json", content)
    exports._written_before(FOLDER)


def _copy(content: bytes, copy: Copy) -> None:
    """JSON as what a run took over from others, with the digest that it should have."""
    text = content.decode(errors="replace")
    if _is_json(text) and "NaN" not in text and "Infinity" not in text:  # which nobody writes
        _written(copy.file, sealed_copy(copy.schema, json.loads(text)))
        copy.read(FOLDER)


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


Reader = Callable[[bytes], None]
READERS: dict[str, Reader] = {
    reader.__name__: reader
    for reader in (
        *(search_space, override, runner, genome_yaml, genome_json, packed_genome, latency, zoo_name),
        *(images_npz, images_idx, images_cifar, images_folder, table_npz, table_csv),
        *(checkpoint, trained_weights, study, earlier_copy, reused_copy, database_url, manifest),
    )
}


def corpus(name: str) -> list[bytes]:
    """The seeds of a reader, and what once broke it."""
    kept = sorted((CORPUS / name).glob("*")) if (CORPUS / name).is_dir() else []
    return [*seeds.SEEDS[name], *(path.read_bytes() for path in kept)]


def read(name: str, content: bytes) -> bool:
    """Give bytes to a reader; whether it took them. Whatever is no error of a user passes."""
    try:
        READERS[name](content)
    except InputError:
        return False
    return True
