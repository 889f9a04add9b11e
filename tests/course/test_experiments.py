"""The experiment behind chapters/practice/comparing.ipynb, tiny, and the file that it left."""

import json
import subprocess
import sys
import time

import pytest

from course.experiments import comparing

MODULE = "course.experiments.comparing"
TINY = ["--trials=3", "--seeds=2", "--epochs=2", "--schedules=constant"]
TINY += ["--optimizers", "Adam", "Lion"]
RUNS = 2 * 2 * (3 + 2 + 2)
PATIENCE = 300


def tiny(folder, jobs):
    """Return the arguments of a tiny comparison, with its own cache and result."""
    places = ["--cache", folder / "cache", "--output", folder / "result.json"]
    return [*TINY, *map(str, places), f"--jobs={jobs}"]


def command(folder, jobs):
    return [sys.executable, "-W", "error", "-m", MODULE, *tiny(folder, jobs)]


def result(folder):
    """Return what a comparison wrote, but for its times."""
    written = json.loads((folder / "result.json").read_text("utf-8"))
    times = written.pop("microseconds")
    assert all(value > 0 for of_task in times.values() for value in of_task.values())
    return written


def finished(folder):
    """Return the finished runs in a cache, with the time when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("output.pkl")}


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A tiny comparison from start to end: its folder and its result."""
    folder = tmp_path_factory.mktemp("once")
    comparing.main(tiny(folder, jobs=1))
    return folder, result(folder)


def test_a_tiny_comparison_runs_from_start_to_end(once):
    folder, written = once
    assert len(finished(folder)) == RUNS
    assert set(written) == {"setup", "spaces", "results"}
    assert set(written["results"]) == {"softmax", "mlp"}
    kept = written["results"]["mlp"]["constant"]["Lion"]
    measured = {"train_loss", "val_loss", "val_accuracy"}
    assert set(kept["trials"]) == {"lr", "beta1", "beta2"} | measured
    assert {len(values) for values in kept["trials"].values()} == {3}
    assert {len(values) for values in kept["final"].values()} == {2}
    assert kept["curves"]["step"] == [0, 42, 84]
    for _, _, _, kept in cells(written):
        assert kept["chosen"]["trial"] == comparing.np.argmin(kept["trials"]["val_loss"])


def test_a_killed_comparison_goes_on_where_it_was_with_more_jobs(once, tmp_path):
    process = subprocess.Popen(command(tmp_path, jobs=1), stderr=subprocess.DEVNULL)
    started = time.monotonic()
    while len(finished(tmp_path)) < 4:
        assert time.monotonic() < started + PATIENCE
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = finished(tmp_path)
    assert 4 <= len(before) < RUNS
    assert not (tmp_path / "result.json").exists()

    subprocess.run(command(tmp_path, jobs=2), check=True, capture_output=True, timeout=PATIENCE)
    assert result(tmp_path) == once[1]
    after = finished(tmp_path)
    assert len(after) == RUNS
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--optimizers Adma", "--optimizers: invalid choice: 'Adma'"),
        ("--tasks mnist", "--tasks: invalid choice: 'mnist'"),
        ("--schedules steps", "--schedules: invalid choice: 'steps'"),
        ("--trials 0", "--trials: must be a whole number from 1, got '0'"),
        ("--seeds -1", "--seeds: must be a whole number from 1, got '-1'"),
        ("--epochs 1.5", "--epochs: must be a whole number from 1, got '1.5'"),
        ("--jobs two", "--jobs: must be a whole number from 1, got 'two'"),
        ("--backend dask --option tcp://host", "--option: must be like scheduler_host="),
        ("--option scheduler_host=tcp://host", "--option needs --backend"),
        ("--output /nowhere/result.json", "--output: there is no folder /nowhere"),
    ],
)
def test_bad_arguments_are_named(arguments, complaint, tmp_path, capsys):
    places = [f"--cache={tmp_path}", f"--output={tmp_path / 'result.json'}"]
    with pytest.raises(SystemExit, match="2"):
        comparing.main([*TINY, *places, *arguments.split()])
    assert complaint in capsys.readouterr().err


def test_a_target_is_reached_when_the_loss_stays_below_it():
    step = [0, 10, 20, 30]
    for losses, expected in (
        ([2, 1, 0.4, 0.3], 20),
        ([2, 0.4, 1, 0.3], 30),
        ([2, 0.4, 0.4, 1], None),
        ([0.1, 0.4, 0.4, 0.4], 0),
        ([2, 0.4, float("nan"), float("nan")], None),
    ):
        curve = {"step": step, "train_loss": comparing.np.array(losses)}
        assert comparing.steps_to(0.5, curve) == expected


def test_what_diverged_is_never_chosen():
    for train, val in ((float("nan"), 0.1), (0.1, float("nan")), (float("inf"), 0.1)):
        curves = {"train_loss": [train], "test_loss": [val]}
        assert comparing.last(curves, "test_loss") == float("inf")


def test_all_optimizers_draw_the_same_points():
    places = [
        comparing.position(name, comparing.draw(name, trial))["lr"]
        for name in comparing.SPACES
        for trial in (0, 1)
    ]
    assert places == pytest.approx(places[:2] * len(comparing.SPACES), abs=0.002)


# The committed file


@pytest.fixture(scope="module")
def committed():
    return json.loads(comparing.RESULT.read_text("utf-8"))


def cells(result):
    for task, schedules in result["results"].items():
        for schedule, optimizers in schedules.items():
            for optimizer, kept in optimizers.items():
                yield task, schedule, optimizer, kept


def test_the_committed_file_is_complete_and_small(committed):
    assert comparing.RESULT.stat().st_size < 110_000 * len(comparing.SCHEDULES)
    assert json.loads(json.dumps(comparing.SPACES)) == committed["spaces"]
    found = [cell[:3] for cell in cells(committed)]
    assert found == [
        (task, schedule, optimizer)
        for task in comparing.TASKS
        for schedule in comparing.SCHEDULES
        for optimizer in comparing.SPACES
    ]


def test_every_optimizer_had_the_same_budget_and_no_choice_is_at_an_edge(committed):
    trials, seeds = committed["setup"]["trials"], committed["setup"]["seeds"]
    assert seeds >= 10
    for _, _, optimizer, kept in cells(committed):
        assert {len(values) for values in kept["trials"].values()} == {trials}
        assert {len(values) for values in kept["final"].values()} == {seeds}
        losses = [float("inf") if x is None else x for x in kept["trials"]["val_loss"]]
        chosen = kept["chosen"]["trial"]
        assert losses[chosen] == min(losses)
        assert kept["chosen"]["values"] == comparing.draw(optimizer, chosen)
        assert "lr" not in kept["chosen"]["at_edge"]


@pytest.mark.parametrize(
    ("task", "schedule", "optimizer"),
    [("softmax", "cosine", "GradientDescent"), ("mlp", "constant", "Adam (lr only)")],
)
def test_the_committed_numbers_are_found_again(committed, task, schedule, optimizer):
    kept, epochs = committed["results"][task][schedule][optimizer], committed["setup"]["epochs"]
    trial, values = kept["chosen"]["trial"], kept["chosen"]["values"]
    data, cell = comparing.parts(), (task, schedule, optimizer, values)
    tuned = comparing.training(data["tuning"], "tuning", *cell, trial, epochs)
    assert tuned["test_loss"][-1] == pytest.approx(kept["trials"]["val_loss"][trial], rel=2e-3)
    ended = comparing.training(data["final"], "final", *cell, comparing.FIRST_FINAL_SEED, epochs)
    for name in ("train_loss", "test_loss", "test_accuracy"):
        assert ended[name][-1] == pytest.approx(kept["final"][name][0], rel=2e-3)
