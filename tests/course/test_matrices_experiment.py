"""The experiment behind chapters/modern/matrices.ipynb: tiny, stopped, and what it left."""

import json

import numpy as np
import pytest

from course.experiments import matrices

GROUPS = {"tiny": ("momentum", "Muon, hidden layers")}
TINY = ["--planned", "tiny", "quarter", "--rates", "0.001", "0.01", "0.1"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder and the content of a tiny experiment; eight steps of small batches."""
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrices, "STEPS", 8)
        patch.setattr(matrices, "TUNING", range(2))
        patch.setattr(matrices, "JUDGING", range(1000, 1002))
        patch.setattr(matrices, "GROUPS", GROUPS)
        arguments = [*TINY, "--cache", str(folder)]
        matrices.main([*arguments, "--output", str(folder / "first.json")])
        # A run that was stopped while it wrote a line.
        (log,) = folder.glob("*.jsonl")
        lines = log.read_text("utf-8").splitlines()
        log.write_text("\n".join(lines[:-3]) + "\n" + lines[-3][:20], "utf-8")
        made = []
        train = matrices.train
        patch.setattr(matrices, "train", lambda *run: made.append(run) or train(*run))
        matrices.main([*arguments, "--output", str(folder / "second.json")])
    return folder, made


def test_it_goes_on_where_it_was(tiny):
    folder, made = tiny
    assert len(made) == 3
    assert (folder / "first.json").read_text() == (folder / "second.json").read_text()


def test_every_run_that_a_comparison_asks_for_is_kept(tiny, monkeypatch):
    folder, _ = tiny
    monkeypatch.setattr(matrices, "train", lambda *run: pytest.fail(f"not stored: {run}"))
    monkeypatch.setattr(matrices, "TUNING", range(2))
    monkeypatch.setattr(matrices, "JUDGING", range(1000, 1002))
    runs = matrices.stored(folder / "first.json")
    monkeypatch.setattr(matrices, "GROUPS", GROUPS)
    for quantity in matrices.QUANTITIES:
        assert quantity in str(runs.tune(quantity, "quarter", "tiny", [0.001, 0.01, 0.1]))


def test_the_chapter_needs_no_other_runs(monkeypatch):
    monkeypatch.setattr(matrices, "train", lambda *run: pytest.fail(f"not stored: {run}"))
    for group, data in matrices.PLANNED:
        for quantity in matrices.QUANTITIES:
            matrices.stored().tune(quantity, data, group)
    with pytest.raises(pytest.fail.Exception, match="not stored"):
        matrices.stored().losses("all", "Adam", 0.02, 3)


@pytest.mark.parametrize(
    ("data", "method", "lr", "within"),
    [
        ("all", "Adam", 0.01, 1e-3),
        # SOAP's steps depend on eigenvectors, and these on how a processor rounds: on one without
        # AVX-512 the losses were a hundredth from those that are stored.
        ("all", "SOAP", 0.001, 0.02),
        ("quarter", "Muon", 0.03162, 1e-3),
        ("all", "Muon, hidden layers", 0.01, 1e-3),
    ],
)
def test_a_stored_run_is_what_training_gives(data, method, lr, within):
    curves = matrices.train(method, lr, 3, data)
    now = [curves.train_loss[-1], curves.test_loss[-1]]
    stored = matrices.stored().losses(data, method, lr, 3)
    np.testing.assert_allclose(now, stored, rtol=within)
    # Another method, rate or seed has not these losses.
    for other in ((method, lr, 2), (method, lr * 10**0.5, 3), ("momentum", 0.1, 3)):
        losses = matrices.stored().losses(data, other[0], other[1], other[2])
        assert not np.allclose(now, losses, rtol=3 * within)


def test_what_is_tested_at_the_rate_of_the_best_fit():
    """The rate is chosen by one loss and the other one is judged."""
    runs = matrices.stored()
    fit, tested, test = (runs.tune(quantity) for quantity in matrices.QUANTITIES)
    by_name = [{row.name: row for row in found.rows} for found in (fit, tested, test)]
    for name in matrices.GROUPS["muon"]:
        a, b, c = (rows[name] for rows in by_name)
        assert a.settings == b.settings
        assert not np.allclose(a.results, b.results)
        assert (b.settings == c.settings) == np.allclose(b.results, c.results)
    assert json.loads(matrices.RESULT.read_text())["setup"]["steps"] == matrices.STEPS


def test_a_folder_that_does_not_exist_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        matrices.main(["--output", "/nowhere/matrices.json", "--cache", str(tmp_path)])
    assert "there is no folder /nowhere" in capsys.readouterr().err
