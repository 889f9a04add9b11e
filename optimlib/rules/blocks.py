"""A flat point as named blocks with shapes, each with a rule of its own."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import Any, Self

import numpy as np

from optimlib.objective import Objective
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule, check_call
from optimlib.rules.vector_rule import VectorRule
from optimlib.rules.wrapper import Wrapper
from optimlib.types import Array, ArrayLike, Record, Start

REST = "rest"


@dataclass(frozen=True)
class Blocks(Optimizer):
    r"""Rules for the blocks of a point: matrices as matrices, everything else as it is.

    A point is flat, shape (d, \*batch). `shapes` says which blocks lie in it, one after the other,
    row by row, and `rules` how each is moved. A `MatrixRule` is given its block as a stack of
    matrices, shape (\*batch, rows, columns), and a vector as one of one column if it takes vectors,
    as `LAMB` and `Adafactor` do; every other rule is given the block's coordinates and
    takes the steps that it would take on them alone. The gradient is taken once for all blocks.

    A record holds, beside ``g``, ``step`` and ``w`` of the whole point, what the rule of each block
    names, as ``"W1.B"``: shape (rows, columns, \*batch) from a matrix rule, (size, \*batch) from
    others. Where a run takes a point w0, it also takes the blocks, as `split` returns them.

    Parameters
    ----------
    rules : dict
        Keys are the name of a block, or that without its number ("W" is for W1, W2, ...), or
        "rest", for all blocks that no other key names. The first of these that there is counts.
        Values are rules, also in wrappers: ``ol.ClipNorm(ol.Adam(0.01), limit=1)`` clips by the
        norm of the block. Blocks may itself be wrapped.
    shapes : dict
        For each block its shape, in the order in which they lie in the point. A classifier of
        `optimlib.learning` says its own: ``model.shapes``.

    Raises
    ------
    ValueError
        If a block has no rule, a key names no block, a matrix rule is given what is no matrix, or a
        shape is not a tuple of integers >= 1.
    TypeError
        If `rules` or `shapes` is not a dict, or a rule is not a `Rule`, a `VectorRule`, a
        `MatrixRule` or a wrapper around one.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> model = learning.MLP((64, 16, 10))
    >>> rule = ol.Blocks({"W": ol.Muon(lr=0.1), "b": ol.AdamW(lr=0.01)}, model.shapes)
    >>> digits = learning.load("digits")
    >>> print(learning.train(rule, model, digits, batch_size=64, epochs=2).train_loss[-1] < 0.2)
    True
    >>> blocks = rule.split(model.initial())
    >>> print({name: block.shape for name, block in blocks.items()})
    {'W1': (64, 16), 'b1': (16,), 'W2': (16, 10), 'b2': (10,)}
    """

    rules: Mapping[str, Optimizer]
    shapes: Mapping[str, tuple[int, ...]]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("rules", "shapes"):
            value = getattr(self, name)
            if not isinstance(value, Mapping) or not value:
                raise TypeError(self._complaint(name, value, "a dict that is not empty"))
            object.__setattr__(self, name, dict(value))
        for key, rule in self.rules.items():
            if not isinstance(_core(rule), Rule | VectorRule | MatrixRule):
                words = f"a rule like ol.Adam(lr=0.1), or a wrapper around one, for {key!r}"
                raise TypeError(self._complaint("rules", rule, words))
        for name, shape in self.shapes.items():
            self._check_block(name, shape)
        named = {REST, *map(self._key, self.shapes)}
        for key in self.rules:
            if key not in named:
                raise ValueError(
                    f"Blocks: rules must be for blocks, which are {self._shapes()}, "
                    f"got one for {key!r}"
                )

    def _check_block(self, name, shape):
        whole = isinstance(shape, tuple) and all(map(_is_count, shape))
        if not whole or not isinstance(name, str):
            words = 'names and tuples of integers >= 1, like {"W": (3, 2), "b": (2,)}'
            raise ValueError(self._complaint("shapes", self.shapes, words))
        key = self._key(name)
        if key is None:
            keys = ", ".join(map(repr, self.rules))
            raise ValueError(
                f"Blocks: rules must have one for the block {name!r}, or one for {REST!r}, "
                f"got rules for {keys}"
            )
        core = _core(self.rules[key])
        fits = len(shape) == 2 or (len(shape) == 1 and getattr(core, "vectors", False))
        if isinstance(core, MatrixRule) and not fits:
            raise ValueError(
                f"Blocks: {type(core).__name__} moves matrices, and the block {name!r} has shape "
                f"{shape}: it needs another rule"
            )

    def _key(self, name):
        """Return the key of the rule for a block, None if there is none."""
        keys = (name, name.rstrip("0123456789"), REST)
        return next((key for key in keys if key in self.rules), None)

    def rules_in_use(self) -> list[tuple[Optimizer, list[str]]]:
        """Return (rule, names of its blocks) for each rule that moves a block."""
        keys = {key: [n for n in self.shapes if self._key(n) == key] for key in self.rules}
        return [(self.rules[key], names) for key, names in keys.items() if names]

    @property
    def dim(self) -> int:
        """The number d of coordinates of all blocks."""
        return sum(map(math.prod, self.shapes.values()))

    @cached_property
    def _parts(self):
        parts, start, first = [], 0, 0
        for name, shape in self.shapes.items():
            rule = _fitted(self.rules[self._key(name)], shape)
            end, last = start + math.prod(shape), first + len(rule.state)
            parts.append(_Part(name, rule, slice(start, end), slice(first, last)))
            start, first = end, last
        return parts

    @property
    def state(self) -> tuple[str, ...]:
        return tuple(f"{part.name}.{name}" for part in self._parts for name in part.rule.state)

    def split(self, w: ArrayLike) -> dict[str, Array]:
        r"""Return the blocks of a point.

        Parameters
        ----------
        w : array, shape (d, \*batch)

        Returns
        -------
        dict
            For each block an array of its shape, followed by the batch.

        Raises
        ------
        ValueError
            If `w` is not of the blocks' dimension.
        """
        w = np.asarray(w)
        if w.shape[:1] != (self.dim,):
            raise ValueError(
                f"w must have shape ({self.dim}, ...) for the blocks {self._shapes()}, "
                f"got w of shape {w.shape}"
            )
        blocks = {part.name: w[part.where] for part in self._parts}
        return {n: x.reshape(self.shapes[n] + w.shape[1:]) for n, x in blocks.items()}

    def join(self, blocks: Mapping[str, ArrayLike]) -> Array:
        r"""Return the point of blocks: what `split` undoes.

        Parameters
        ----------
        blocks : dict
            For each block an array of its shape, and after that of a batch, if there are many
            points. The batches broadcast.

        Returns
        -------
        array, shape (d, \*batch)

        Raises
        ------
        ValueError
            If a block is missing, unknown or not of its shape.
        TypeError
            If `blocks` is not a dict.
        """
        if not isinstance(blocks, Mapping):
            raise TypeError(f"blocks must be a dict of arrays, got blocks = {blocks!r}")
        if blocks.keys() != self.shapes.keys():
            got = ", ".join(map(str, blocks)) or "none"
            raise ValueError(f"a point must have the blocks {self._shapes()}, got {got}")
        arrays = {}
        for name, shape in self.shapes.items():
            array = arrays[name] = np.asarray(blocks[name])
            if array.shape[: len(shape)] != shape:
                raise ValueError(
                    f"the block {name} must have shape {shape}, with a batch after it if there are "
                    f"many points, got {name} of shape {array.shape}"
                )
        batches = {n: array.shape[len(self.shapes[n]) :] for n, array in arrays.items()}
        try:
            batch = np.broadcast_shapes(*batches.values())
        except ValueError:
            raise ValueError(f"the blocks' batches must broadcast, got {batches}") from None
        return np.concatenate([_flat(arrays[n], self.shapes[n], batch) for n in self.shapes])

    def _shapes(self):
        return ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())

    def flat_start(self, w0: Start, objective: Objective) -> Any:
        if self.dim != objective.dim:
            raise ValueError(
                f"Blocks: shapes must have {objective.dim} numbers for {objective.name}, "
                f"got {self._shapes()}, which have {self.dim}"
            )
        return self.join(w0) if isinstance(w0, Mapping) else w0

    def _copy(self, change, copy_wrapped):
        rules = {key: copy_wrapped(rule) for key, rule in self.rules.items()}
        return self.replace_unchecked(rules=rules)

    def map_hyperparameters(self, change: Callable[[str, Any], Any]) -> Self:
        """Return a copy with ``change(name, value)`` for each hyperparameter, unchecked.

        Names are those in the rules after the rule's key, as ``"W.lr"``.
        """

        def changed(key, rule):
            return rule.map_hyperparameters(lambda name, value: change(f"{key}.{name}", value))

        rules = {key: changed(key, rule) for key, rule in self.rules.items()}
        return self.replace_unchecked(rules=rules)

    def with_hyperparameters(self, **values: Any) -> Self:
        """Return a copy with other values of hyperparameters, checked.

        ``"W.lr"`` is that of the rule for ``"W"``, ``"lr"`` that of all rules which have one.
        """

        def changed(key, rule):
            own = {name.removeprefix(f"{key}."): value for name, value in values.items()}
            return rule.with_hyperparameters(**own)

        rules = {key: changed(key, rule) for key, rule in self.rules.items()}
        return replace(self, rules=rules)

    def rates(self) -> Array:
        """Return the learning rate of each coordinate in a run, shape (d, 1) or (d, N)."""
        rates = [np.atleast_1d(_core(part.rule).lr) for part in self._parts]
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        return np.repeat(np.stack(np.broadcast_arrays(*rates)), sizes, axis=0)

    def initial(self, w: Array) -> tuple[Array, ...]:
        return tuple(state for part in self._parts for state in part.rule.initial(w[part.where]))

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        blocks = [w[part.where] for part in self._parts]
        states = [state[part.states] for part in self._parts]
        points = [
            part.rule.look_ahead(block, *own)
            for part, block, own in zip(self._parts, blocks, states, strict=True)
        ]
        ahead = any(point is not block for point, block in zip(points, blocks, strict=True))
        look_ahead = {"look_ahead": np.concatenate(points)} if ahead else {}
        g = objective.grad(look_ahead.get("look_ahead", w))
        named: Record = {}
        steps, ends = [], []
        for part, block, own, point in zip(self._parts, blocks, states, points, strict=True):
            record = part.rule.advance(t, block, own, _Seen(point, g[part.where]))
            steps.append(np.broadcast_to(record.pop("step"), block.shape))
            ends.append(record.pop("w"))
            for name in record.keys() & {"look_ahead", "g"}:
                del record[name]
            named |= {f"{part.name}.{name}": value for name, value in record.items()}
        last = {"step": np.concatenate(steps), "w": np.concatenate(ends)}
        return look_ahead | {"g": g} | named | last


@dataclass(frozen=True)
class _Part:
    """A block: its rule, and which part of the point and of the states is its own."""

    name: str
    rule: Optimizer
    where: slice
    states: slice


class _Seen:
    """Stands in for the objective where one block is moved: its gradient is known already."""

    def __init__(self, point, g):
        self.point = point
        self.g = g

    def grad(self, w):
        if w is not self.point and not np.array_equal(w, self.point, equal_nan=True):
            raise TypeError(
                "Blocks takes one gradient in a step, at look_ahead: a rule that takes another "
                "one, or elsewhere, goes around Blocks, not into it"
            )
        return self.g


@dataclass(frozen=True)
class _Stacks(Wrapper):
    """A matrix rule in the layout of the other rules, (size, N)."""

    shape: tuple

    @cached_property
    def _rule(self):
        return self.rule.map_hyperparameters(
            lambda name, value: value[:, None, None] if np.ndim(value) else value
        )

    # Contiguous, so that a run in a batch gets the bits that it has alone.
    def _stack(self, w):
        return np.ascontiguousarray(w.T).reshape(-1, *self.shape)

    def _states(self, state):
        return [np.ascontiguousarray(np.moveaxis(s, -1, 0)) for s in state]

    def _flat(self, W):
        return W.reshape(-1, math.prod(self.shape)).T

    def initial(self, w):
        return tuple(map(_batch_last, self._rule.initial(self._stack(w))))

    def look_ahead(self, w, *state):
        W = self._stack(w)
        point = self._rule.look_ahead(W, *self._states(state))
        return w if point is W else self._flat(point)

    def advance(self, t, w, state, objective):
        g = objective.grad(self.look_ahead(w, *state))
        W, G, state = self._stack(w), self._stack(g), self._states(state)
        for array in (W, G, *state):
            array.setflags(write=False)
        record = self._update(t, G, state, W)
        if t == 1:
            self._rule.check_record(record)
            self._check_shapes(record, G, state)
        step = self._flat(record["step"])
        named = {n: _batch_last(x) if np.ndim(x) else x for n, x in record.items() if n != "step"}
        return {"g": g, **named, "step": step, "w": w + step}

    def _update(self, t, G, state, W):
        point = {"w": W} if self.rule.sees_point else {}
        try:
            return self._rule.update(t, G, *state, **point)
        except (TypeError, ValueError) as error:
            check_call(error, self._rule, t, G, *state, **point)
            raise

    def _check_shapes(self, record, G, state):
        needed = dict(zip(self.rule.state, state, strict=True)) | {"step": G}
        for name, value in record.items():
            shape = np.shape(value)
            if name in needed and shape != needed[name].shape:
                words = f"{needed[name].shape} for G of shape {G.shape}"
            elif shape and shape[0] != len(G):
                words = f"() or ({len(G)}, ...) for {len(G)} matrices"
            else:
                continue
            raise ValueError(
                f"{type(self.rule).__name__}.update must return {name} of shape {words}, "
                f"got shape {shape}"
            )


def _is_count(number):
    return isinstance(number, Integral) and not isinstance(number, bool) and number >= 1


def _core(rule):
    return rule.core if isinstance(rule, Wrapper) else rule


def _fitted(rule, shape):
    """Return `rule` with the matrix rule in it, if there is one, on stacks of matrices."""
    if isinstance(rule, Wrapper):
        return rule.replace_unchecked(rule=_fitted(rule.rule, shape))
    # A vector, which some of these rules take, is a matrix of one column.
    return _Stacks(rule, (*shape, 1)[:2]) if isinstance(rule, MatrixRule) else rule


def _batch_last(array):
    return array.transpose(*range(1, array.ndim), 0)


def _flat(array, shape, batch):
    """Return an array of shape (*shape, *rest) as one of shape (size, *batch)."""
    rest = array.shape[len(shape) :]
    array = array.reshape(-1, *(1,) * (len(batch) - len(rest)), *rest)
    return np.broadcast_to(array, (len(array), *batch))
