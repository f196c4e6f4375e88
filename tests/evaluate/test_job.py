from __future__ import annotations

import json

import pytest

from nas.errors import InputError
from nas.evaluate import Job

JOB = Job(
    number=3,
    genome={"nodes": []},
    seed=7,
    epochs=2,
    cache="cache",
    checkpoints="here",
    time_limit_seconds=1.5,
)


def test_a_job_survives_json() -> None:
    assert Job.from_dict(json.loads(json.dumps(JOB.to_dict()))) == JOB


def test_a_field_that_a_job_does_not_have_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no field 'epoch'; did you mean 'epochs'"):
        Job.from_dict({**JOB.to_dict(), "epoch": 1})


def test_missing_fields_are_named() -> None:
    with pytest.raises(InputError, match="a job needs genome, seed"):
        Job.from_dict({"number": 0, "epochs": 1, "cache": "", "checkpoints": ""})
