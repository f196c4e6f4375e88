"""For each reader a few inputs that it takes, or nearly takes, from which a fuzzer begins."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import torch
from PIL import Image

from nas.genome.packed import pack
from nas.space.latency_table import LatencyTable, calls_of, content
from nas.zoo import named


def _npz(**members: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def _picture(kind: str, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).convert(mode).save(file, kind)
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
COMPARISON = (
    b"name: s\nkind: comparison\ncompare: {equal: params, budgets: [40k], seeds: 2, reference: {depth: 1}}\n"
    b"network: {stages: 2, depth: {choice: [1, 2]}}\n"
)
PUBLISHED = b"name: p\nkind: comparison\ncompare: {equal: width, networks: {a: {b: 'zoo:lenet5', c: 'zoo:lenet1'}}}\n"
RUNNER = b"name: r\nengine: ray\nworkers: 2\ncpus: 1\nretries: 1\ntime_limit_minutes: 5\nkeep: {best: 3}\n"
GENOME = named.load("zoo:lenet5")
GENOME_JSON = json.dumps(GENOME.to_dict()).encode()
IMAGES = np.zeros((30, 4, 4), np.uint8)
IDX_IMAGES = b"\0\0\x08\x03" + struct.pack(">3I", 30, 4, 4) + IMAGES.tobytes()
LABELS = b"\0\0\x08\x01" + struct.pack(">I", 30) + bytes(range(3)) * 10
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
CALLS = dict.fromkeys(calls_of(GENOME), 0.25)
LATENCY = json.dumps(
    content(LatencyTable(CALLS, 0.1, 0.01, 1.5), device="cpu", processor="a", versions={}, threads=1, batch=1)
).encode()
MANIFEST = b'{"schema": "nas.export/1", "files": {"genome.yaml": {"bytes": 1}}}'
PICTURE = _picture("PNG")
WEIGHTS = b"\x40\0\0\0\0\0\0\0" + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'.ljust(64) + bytes(16)
EARLIER = [{"genome": GENOME.to_dict(), "choices": {"depth": 2}, "values": [0.5, 100], "curve": [[1, 0.75], [2, 0.5]]}]
REUSED = [
    {
        "origin": "results/first, trial 3",
        "fingerprint": GENOME.fingerprint,
        "packed": pack(GENOME.to_dict()),
        "metrics": {"error": 0.5},
        "curve": [[1, {"error": 0.75}], [2, {"error": 0.5}]],
    }
]

SEEDS: dict[str, list[bytes]] = {
    "search_space": [SPACE, EDITS, CELLS, COMPARISON, PUBLISHED],
    "override": [b"network.depth=3", b"train.lr=1e-3", b"network={width: {solve: params}}", b"objectives.0=error"],
    "runner": [RUNNER],
    "genome_yaml": [GENOME.to_yaml().encode()],
    "genome_json": [GENOME_JSON],
    "packed_genome": [pack(GENOME.to_dict()).encode()],
    "latency": [LATENCY],
    "zoo_name": [b"depth=20", b"widen=2, depth=(1, 2)", b"input_shape=[3, 32, 32]"],
    "images_npz": [
        _npz(x=IMAGES, y=np.arange(30) % 3),
        _npz(x=IMAGES / 2, y=np.arange(30) % 3, classes=np.array(["a", "b", "c"])),
    ],
    "images_idx": [IDX_IMAGES],
    "images_cifar": [bytes(3073), b"\1" * 6146],
    "images_folder": [PICTURE, *(_picture(kind) for kind in ("BMP", "GIF", "JPEG", "PPM", "TIFF")), _picture("PNG", "RGBA")],
    "table_npz": [_npz(fingerprint=np.array(["a", "b"]), error=np.array([0.1, 0.2]))],
    "table_csv": [CSV],
    "checkpoint": [_state()],
    "trained_weights": [WEIGHTS],
    "study": [LOGS],
    "earlier_copy": [json.dumps([{"lines": ["learns from it"], "results": EARLIER}]).encode()],
    "reused_copy": [json.dumps([{"lines": ["takes from it"], "results": REUSED}]).encode()],
    "database_url": [b"postgresql://me@host:5432/studies?sslmode=require&study=a", b"sqlite:///study.db"],
    "manifest": [MANIFEST],
}
