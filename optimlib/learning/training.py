"""Training a classifier, and its curves."""

import html
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from optimlib.checks import check_count, check_flag
from optimlib.descent import flat_start, iterate
from optimlib.extras import extra
from optimlib.learning.batches import Batches, minibatches
from optimlib.learning.classifier import Classifier
from optimlib.learning.datasets import Dataset
from optimlib.printing import printable
from optimlib.rules.optimizer import Optimizer
from optimlib.state import State
from optimlib.symbols import sentence
from optimlib.tables import html_table, text_table
from optimlib.types import Array, ArrayLike, Points

# A long table shows this many rows at its start and at its end.
SHOWN = 5

# Seconds after which a run counts as long and shows its progress.
PATIENCE = 2


@dataclass(frozen=True, eq=False, repr=False)
class Curves:
    r"""What `train` measured, one entry for each evaluation.

    In a notebook and in print the curves show themselves as a table.

    Attributes
    ----------
    title : str
    step : array of int, shape (m,)
        After which steps the model was evaluated.
    train_loss, test_loss : arrays, shape (m, \*batch)
        The mean loss, cross-entropy unless the model has another, without the L2 penalty.
    train_accuracy, test_accuracy : arrays, shape (m, \*batch)
    time : array, shape (m,)
        Seconds spent on the steps so far, without the evaluations.
    w : array, shape (d, \*batch)
        The last parameters.
    state : State
        What the optimizer remembers at the end, with which training goes on.
    """

    title: str
    step: Array
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    time: Array
    w: Array
    state: State

    def __len__(self) -> int:
        return len(self.step)

    def _title(self):
        batch = self.w.shape[1:]
        if not batch:
            return self.title
        first = ", ".join("0" * len(batch))
        shown = f"; shown: run [{first}]" if self.w.size else ""
        return f"{self.title}, {' × '.join(map(str, batch))} runs{shown}"

    def _rows(self):
        """Return the table as texts. Times are not in it: they would never be the same again."""
        rows = [["step", "train loss", "test loss", "train accuracy", "test accuracy"]]
        columns = [
            column.reshape(len(self), -1)[:, 0]
            for column in (self.train_loss, self.test_loss, self.train_accuracy, self.test_accuracy)
        ]
        for step, *losses_and_shares in zip(self.step, *columns, strict=True):
            losses, shares = losses_and_shares[:2], losses_and_shares[2:]
            rows.append([str(step), *(f"{x:.4f}" for x in losses), *(f"{x:.3f}" for x in shares)])
        if len(self) > 2 * SHOWN + 1:
            rows[SHOWN + 1 : -SHOWN] = [["…"] * len(rows[0])]
        return rows

    def __repr__(self) -> str:
        if not self.w.size:
            return printable(self._title())
        return text_table(self._title(), self._rows())

    def _repr_html_(self):
        if not self.w.size:
            return f"<p>{html.escape(self._title())}</p>"
        return html_table(self._title(), self._rows(), "curves")


def train(
    rule: Optimizer,
    model: Classifier,
    dataset: Dataset,
    batch_size: int,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    seed: int = 0,
    start: Points | Mapping[str, ArrayLike] | None = None,
    every: int | None = None,
    progress: bool = True,
    state: State | None = None,
) -> Curves:
    r"""Train a classifier on mini-batches and measure how it does.

    Memory does not grow with the number of steps.

    Parameters
    ----------
    rule : Optimizer
        Its hyperparameters may be arrays over a batch of runs.
    model : Classifier
    dataset : Dataset
    batch_size : int
        From 1 to the number of training examples.
    epochs, steps : int
        How long: one of them. An epoch is one pass through the training examples.
    seed : int
        Chooses the start, unless `start` is given, and the order of the examples.
    start : array, shape (d, \*batch), optional
        By default ``model.initial(seed=seed)``. As in `iterate` it may be a dict of blocks.
    every : int, optional
        The model is evaluated on all data at the start, after each `every` steps and at the end;
        by default after each epoch.
    progress : bool
        Whether a run of more than two seconds shows a bar in a terminal or notebook, for which
        tqdm is needed. Chapters of the course say no: a bar is different every time.
    state : State, optional
        Of the training that goes on from `start`: ``train(..., start=curves.w,
        state=curves.state)`` is, with the same `seed`, as if it had not been interrupted. Steps
        are counted on.

    Returns
    -------
    Curves

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, neither or both of `epochs` and `steps` are given, or
        `state` without `start`.
    ValueError
        If `batch_size` is not in 1...n; `epochs`, `steps` or `seed` is negative or `every` < 1;
        `start` is not of the model's dimension; or the data do not fit the model.
    ImportError
        If there shall be a bar and tqdm is not installed.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> digits, model = learning.load("digits"), learning.MLP((64, 32, 10))
    >>> curves = learning.train(ol.Adam(lr=0.01), model, digits, batch_size=64, epochs=5)
    >>> print(curves.step, (curves.test_accuracy > 0.95).any())
    [  0  22  44  66  88 110] True
    """
    _check(model, dataset, epochs, steps, progress)
    if state is not None and start is None:
        raise TypeError(f"start must be given where state is, like curves.w, got state = {state!r}")
    loss = model.loss(dataset.X_train, dataset.y_train)
    per_epoch = Batches(len(loss.X), batch_size, seed).per_epoch
    if steps is None:
        steps = check_count("epochs", epochs, least=0) * per_epoch
    check_count("steps", steps, least=0)
    every = per_epoch if every is None else check_count("every", every, least=1)
    if start is None:
        w = model.initial(seed=seed)
    else:
        w = model._parameters(flat_start(rule, loss, start), "start")
    records = iterate(rule, minibatches(loss, batch_size, seed), w, state)
    first = records.state.t

    rows, seconds = [], 0.0

    def evaluate(step):
        with np.errstate(all="ignore"):
            on_train = model.evaluate(w, dataset.X_train, dataset.y_train)
            on_test = model.evaluate(w, dataset.X_test, dataset.y_test)
        rows.append((step, *on_train, *on_test, seconds))

    evaluate(first)
    began = time.perf_counter()
    for record in _shown(islice(records, steps), steps, progress):
        t, w = record["t"], record["w"]
        if t % every == 0 or t == first + steps:
            seconds += time.perf_counter() - began
            evaluate(t)
            began = time.perf_counter()
    step, train_loss, train_accuracy, test_loss, test_accuracy, elapsed = _stacked(rows)
    method = sentence(rule.in_words())
    return Curves(
        title=f"{method} on {loss.name}, {dataset.name}, batches of {batch_size}",
        step=step,
        train_loss=train_loss,
        test_loss=test_loss,
        train_accuracy=train_accuracy,
        test_accuracy=test_accuracy,
        time=elapsed,
        w=w,
        state=records.state,
    )


def _check(model, dataset, epochs, steps, progress):
    if not isinstance(model, Classifier):
        raise TypeError(f"model must be like ol.learning.MLP((64, 10)), got model = {model!r}")
    if not isinstance(dataset, Dataset):
        raise TypeError(f"dataset must be like ol.learning.load('digits'), got {dataset!r}")
    check_flag("progress", progress)
    if (epochs is None) == (steps is None):
        raise TypeError(f"give epochs or steps, got epochs = {epochs!r} and steps = {steps!r}")
    if not dataset.classes:
        raise ValueError(f"dataset must have classes, which {dataset.name}, of real targets, lacks")


def _stacked(rows):
    """Return the columns of `rows` as arrays; a hyperparameter's batch starts after step 0."""
    return [np.stack(np.broadcast_arrays(*column)) for column in zip(*rows, strict=True)]


def _shown(records, steps, progress):
    """Return `records`, with a progress bar if it is wanted and worth it."""
    if not progress:
        return records
    with extra("learning", "progress=True"):
        from tqdm.auto import tqdm
    # disable=None: no bar where the output is neither a terminal nor a notebook.
    return tqdm(records, total=steps, unit="step", delay=PATIENCE, leave=False, disable=None)
