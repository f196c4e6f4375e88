"""How to do a run again."""

from __future__ import annotations

from run_documents import rows, run

from nas.report.reproduce import reproduce


def test_the_command_the_space_the_commit_the_seed_and_the_machine_are_told():
    environment = {"started": "2026-01-02", "python": "3.11", "machine": {"cores": 2, "processor": None}, "space": {"text": "x"}}
    text = reproduce(run(commit="abc", seed=3, planned=24, environment=environment))
    assert "nas search space.yaml --trials 24 --seed 3" in text
    assert rows(text)[1:] == [
        ["commit", "abc"],
        ["seed", "3"],
        ["started", "2026-01-02"],
        ["python", "3.11"],
        ["machine.cores", "2"],
        ["torch", "2.13.0"],
    ]


def test_a_comparison_is_reproduced_by_its_own_command():
    environment = {"space": {"text": "x"}}
    text = reproduce(run(seed=3, planned=45, environment=environment, comparison={"groups": []}))
    assert "run: nas study space.yaml --seed 3<" in text


def test_what_had_changed_when_somebody_went_on_is_told():
    text = reproduce(run(changes=[{"when": "2026-01-02", "changes": ["torch 2.12, not 2.13", "the images"]}]))
    assert "Gone on with on 2026-01-02, although this had changed: torch 2.12, not 2.13; the images" in text


def test_of_nothing_nothing_is_said():
    assert reproduce({}) == ""
