"""Rerun every comparison of the book as a hostile reviewer would, and say what does not survive.

    python -m course.experiments.hostile [CHAPTER.ipynb ...]     (without arguments: all of them)

The cells of a chapter are executed. Each comparison that they make by `learning.tune` is made
again with one thing varied, see `VARIATIONS`. The table has a line for each claim and variation:
chapter, comparison, claim, what was varied, whether the claim held, and what was measured. A claim
is a line that the comparison prints of its best and another. It

    held        if the order is the same, and told apart as before;
    blurred     if the two are not told apart any more;
    sharpened   if the two were not told apart and now are;
    turned      if the other is ahead, and the two are told apart.
                It is impossible where a start ten times nearer is at the goal already, and where
                stored runs are compared: there are no fresh seeds among them.

A variation that a comparison has no part in (no count, no random start) is left out. What was
measured is kept under `_build/experiments/hostile` until the chapter or the library changes.
"""

import argparse
import hashlib
import json
import math
import sys
from contextlib import chdir, contextmanager, nullcontext, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import matplotlib as mpl
import numpy as np

from course import ROOT
from optimlib import learning
from optimlib.learning import tuning

CHAPTERS = ROOT / "chapters"
CACHE = ROOT / "_build" / "experiments" / "hostile"
# What the numbers depend on, besides the chapter.
SOURCES = ("*.py", "learning/*.py", "rules/*.py", "problems/*.py")


def twice_as_wide(contestants):
    """Return contestants whose grids reach half their length further at each end."""
    return _with_grids(contestants, 0.5)


def twice_as_fine(contestants):
    """Return contestants whose grids have a value between each two."""
    return _with_grids(contestants, 0.0)


def _with_grids(contestants, beyond):
    """Return contestants with twice as many values, on grids so many lengths longer at each end."""
    changed = {}
    for label, (make, grids) in contestants.items():
        new = {name: list(values) for name, values in grids.items()}
        for name, values in new.items():
            axis = tuning.Axis(values)
            if axis.scale:
                low, high = axis.scale[0](np.array([axis.values[0], axis.values[-1]], float))
                more = beyond * (high - low)
                places = np.linspace(low - more, high + more, 2 * len(values) - 1)
                tried = dict.fromkeys(map(axis.value_at, places))
                new[name] = [v for v in tried if _possible(make, grids, name, v)]
        changed[label] = make, new
    return changed


def _possible(make, grids, name, value):
    """Return whether the hyperparameter's own range has the value."""
    settings = {other: next(iter(values)) for other, values in grids.items()}
    try:
        make(**settings | {name: value})
    except ValueError:
        return False
    return True


@contextmanager
def the_other_count():
    """Exchange "first below" and "stays below"."""
    first, stays = learning.first_below, learning.stays_below
    with patch.object(learning, "first_below", stays), patch.object(learning, "stays_below", first):
        yield


def starts_farther(factor):
    """Return the context in which random starts are so many times as far out."""
    kept = learning.random_starts

    @contextmanager
    def change():
        def farther(seeds, dim, size=1.0):
            return kept(seeds, dim, factor * size)

        with patch.object(learning, "random_starts", farther):
            yield

    return change


VARIATIONS = {
    "grid twice as wide": {"contestants": twice_as_wide},
    "grid twice as fine": {"contestants": twice_as_fine},
    "ten fresh seeds": {"seeds": (range(50_000, 50_010), range(60_000, 60_010))},
    "the other count": {"context": the_other_count, "uses": ("first_below", "stays_below")},
    "starts ten times nearer": {"context": starts_farther(0.1), "uses": ("random_starts",)},
    "starts ten times farther": {"context": starts_farther(10.0), "uses": ("random_starts",)},
}


def rerun(contestants, measure, options, variation, found):
    """Return the verdicts on claims after the comparison is made with one thing varied."""
    change, options = VARIATIONS[variation], dict(options)
    if "contestants" in change:
        contestants = change["contestants"](contestants)
    if "seeds" in change:
        options["tuning"], options["judging"] = change["seeds"]
    try:
        with change.get("context", nullcontext)():
            again = tuning.tune(contestants, measure, **options | {"progress": True})
    except ValueError as error:
        # Some start is at the goal already: it took 0 steps, which has no logarithm.
        if "positive numbers on the scale 'log'" not in str(error):
            raise
        return [("impossible", math.nan)] * len(found)
    except IndexError:
        # Stored runs are numbered from 0; of code that draws, no seed is out of range.
        if "seeds" not in change:
            raise
        return [("impossible", math.nan)] * len(found)
    return [verdict(claim, again) for claim in found]


def claims(comparison):
    """Return what a comparison says of its best and each other."""
    return [
        {"first": p.first, "second": p.second, "differs": p.differs, "ratio": p.ratio[0]}
        for p in comparison.against_best
    ]


def verdict(claim, comparison):
    """Return in a word what became of a claim, and the new ratio of the same two."""
    pair = comparison.pair(claim["first"], claim["second"])
    ratio = pair.ratio[0]
    if pair.first != claim["first"]:
        ratio = 1 / ratio if comparison.scale == "log" else -ratio
        if pair.differs:
            return "turned", ratio
    if pair.differs == claim["differs"]:
        return "held", ratio
    return ("sharpened" if pair.differs else "blurred"), ratio


def check(notebook, write):
    """Execute a chapter and write a line for each claim and variation."""
    source = [
        "".join(cell["source"])
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code" and "remove-cell" not in cell["metadata"].get("tags", ())
    ]
    if not any("learning.tune(" in code for code in source):
        return
    files = [path for name in SOURCES for path in sorted((ROOT / "optimlib").glob(name))]
    texts = [
        *source,
        *(path.read_text("utf-8") for path in files),
        Path(__file__).read_text("utf-8"),
    ]
    folder = CACHE / hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)

    def tried(contestants, measure, **options):
        with _noted() as used:
            comparison = tuning.tune(contestants, measure, **options)
        found = claims(comparison)
        for variation, change in VARIATIONS.items():
            if "uses" in change and used.isdisjoint(change["uses"]):
                continue
            kept = folder / f"{comparison.name}, {variation}.json"
            if not kept.exists():
                kept.write_text(json.dumps(rerun(contestants, measure, options, variation, found)))
            for claim, (word, ratio) in zip(found, json.loads(kept.read_text()), strict=True):
                sign = "<" if claim["differs"] else "~"
                text = f"{claim['first']} {sign} {claim['second']}"
                write(notebook.stem, comparison.name, text, variation, word, claim["ratio"], ratio)
        return comparison

    with patch.object(learning, "tune", tried), chdir(notebook.parent), redirect_stdout(StringIO()):
        space = {"__name__": "__main__"}
        for code in source:
            exec(compile(code, str(notebook), "exec"), space)


@contextmanager
def _noted():
    """Note which of the helpers of `learning` are called."""
    used = set()

    def noting(name):
        function = getattr(learning, name)
        return lambda *a, **o: used.add(name) or function(*a, **o)

    names = {name for change in VARIATIONS.values() for name in change.get("uses", ())}
    with patch.multiple(learning, **{name: noting(name) for name in names}):
        yield used


def main(arguments):
    """Check the chapters and print the table, and how many claims held."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks; by default all")
    chosen = parser.parse_args(arguments).chapters or sorted(CHAPTERS.glob("*/*.ipynb"))
    for path in chosen:
        if not path.is_file():
            parser.error(f"chapters: there is no notebook {path}")
    mpl.use("Agg")
    counts, table = {}, sys.stdout

    def write(chapter, name, claim, variation, word, before, after):
        counts[word] = counts.get(word, 0) + 1
        numbers = f"{before:.3g} -> {after:.3g}"
        print(" | ".join([chapter, name, claim, variation, word, numbers]), file=table, flush=True)

    print("chapter | comparison | claim | varied | verdict | ratio, before -> after")
    for notebook in chosen:
        check(notebook.resolve(), write)
    print(", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no comparison")


if __name__ == "__main__":
    main(sys.argv[1:])
