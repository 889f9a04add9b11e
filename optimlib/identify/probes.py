"""The gradients that are played, and the points they are played from.

Every coordinate has a size and a pattern of its own: sizes from 1/10 to 10⁻¹² bring out an ε
wherever it stands, jumps of size and rests (zeros) the memories, runs of one sign and alternating
ones what looks at signs, weights that are not 0 a decay. Then the norm grows to 10⁴ and back, for
clipping. All numbers are exact in float32, so that a method in float32 is given the same.
"""

import numpy as np

from optimlib.types import Array

SIZES = (0.1, 0.05, 1e-2, 2e-3, 3e-4, 3e-5, 3e-6, 3e-7, 3e-8, 1e-9, 1e-10, 1e-12)
MORE = (0.02, 1e-5, 0.03, 0.03)
DIM = len(SIZES) + len(MORE)
# The steps that settings are estimated from, those whose norms grow, those that confirm.
MAIN, BURST, REST = 60, 16, 24
STEPS = MAIN + BURST + REST


# The matrix that rules of matrices are given; its entries differ less in size. What depends on
# its sides shows with the other shape, in which that is confirmed.
SHAPE, SQUARE = (4, 2), (3, 3)
OTHER = {SHAPE: (2, 5), SQUARE: (4, 4)}
ENTRIES = (0.1, 0.03, 0.05, 0.01, 0.06, 2e-3, 0.02, 3e-4)


def _varied(rng, steps, dim):
    """Return numbers of size 1 whose signs stay for a while, with jumps, rests and plateaus."""
    sizes = np.exp(rng.uniform(-1, 0.7, (steps, dim)))
    signs = np.cumprod(np.where(rng.random((steps, dim)) < 0.3, -1, 1), axis=0)
    values = sizes * signs
    for j in range(dim):
        start = 14 + 2 * (j % 5)
        if j % 2:
            values[start : start + 7, j] = 0
        if j % 3 == 0 and 0 < j < 12:
            values[start + 12 : start + 17, j] *= 30
        if j % 3 == 1:
            values[start + 22 : start + 30, j] = values[start + 22, j]
    return values


def _growing(steps):
    """Return the factor of each step, from 1 up to 10⁴·⁵ and down again."""
    up = np.linspace(0, 4.5, steps // 2)
    return 10 ** np.concatenate([up, up[::-1]])


def gradients(seed: int, dim: int = DIM) -> Array:
    """Return gradients, shape (STEPS, dim)."""
    rng = np.random.default_rng(seed)
    values = _varied(rng, STEPS, dim)
    sizes = np.resize(SIZES + MORE, dim) if seed % 2 == 0 else rng.permuted(np.resize(SIZES, dim))
    if dim >= DIM:
        values[:MAIN, 14] = np.abs(values[:MAIN, 14]) + 0.1
        values[:MAIN, 15] = np.abs(values[:MAIN, 15]) * (-1.0) ** np.arange(MAIN) + 0.01
    values[MAIN : MAIN + BURST] *= _growing(BURST)[:, None]
    return (values * sizes).astype(np.float32).astype(float)


def matrix_gradients(seed: int, shape: tuple[int, int]) -> Array:
    """Return gradients of a matrix, as rows, shape (MAIN, entries), some much smaller."""
    rng = np.random.default_rng(seed + 10)
    entries = np.resize(ENTRIES, shape[0] * shape[1])
    values = _varied(rng, MAIN, len(entries)) * entries
    values[:2] *= 1e-4
    values[MAIN // 2 : MAIN // 2 + 8] *= 1e-5
    return values.astype(np.float32).astype(float)


def start(seed: int, dim: int = DIM) -> Array:
    """Return a point, shape (dim,): mostly 0 if the seed is even, so that small steps are exact."""
    rng = np.random.default_rng(seed + 1)
    w = rng.uniform(0.25, 1.5, dim) * rng.choice([-1, 1], dim)
    if seed % 2 == 0:
        w[[j for j in range(dim) if j not in (3, 12, 13)]] = 0
    return w.astype(np.float32).astype(float)
