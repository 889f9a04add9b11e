"""Variants of an exercise: which one a student gets, and all of them as one small table."""

import json
import re
import unicodedata
from dataclasses import replace

import numpy as np

# So many are drawn of each exercise, unless there are fewer: a class of 300 shares few.
POOL = 300
# So many fit into one of the exercise's files.
COUNT = 60
# What variants differ in: numbers, in parentheses where they are negative, and = or ≈ before them.
GAP = re.compile(r"\(?[-−]?\d+(?:\.\d+)?\)?|[=≈]")


def hash_text(text):
    """Return the FNV-1a hash of a text's UTF-16 units, 32 bits: short in JavaScript as well.

    Pages opened from the disk have no SHA-256.

    Examples
    --------
    >>> hex(hash_text("a"))
    '0xe40c292c'
    """
    value = 2166136261
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value ^ (low + 256 * high)) * 16777619 % 2**32
    return value


def place_of(dealt, student, count):
    """Return which of `count` variants a student gets: the same on every machine and page.

    Parameters
    ----------
    dealt : str
        The name under which the variants are dealt: exercises of one name are dealt together.
    student : str
        Blanks around it, and how its accents are encoded, do not count.
    count : int

    Examples
    --------
    >>> place_of("adam/first-step", "Zoë", 100) == place_of("adam/first-step", " Zoe\u0308 ", 100)
    True
    """
    name = unicodedata.normalize("NFC", student.strip())
    return hash_text(f"{dealt}\n{name}") % count


def drawn(exercise, changes):
    """Return variants of an exercise, up to `POOL`: accepted ones, no question twice.

    Parameters
    ----------
    exercise : Exercise
        With ``accepted()``, whether one of it may be given.
    changes : callable
        From a `numpy.random.Generator` to other fields of it, as a dict.
    """
    rng = np.random.default_rng(hash_text(exercise.id))
    found, seen = [], {exercise.question}
    for _ in range(20 * POOL):
        variant = replace(exercise, **changes(rng))
        if variant.question in seen:
            continue
        seen.add(variant.question)
        if variant.accepted():
            found.append(variant)
        if len(found) == POOL:
            break
    return tuple(found)


def pack(variants):
    r"""Return JSON-able values of one shape as texts with gaps, and rows of what is in the gaps.

    Variants differ in little but numbers. What is equal in all that share a text stands in it, and
    what is equal in each of them is one gap. Texts are lists of parts that others have as well.
    ``unpack`` of `client/variants.js` is the inverse.

    Examples
    --------
    >>> pack([{"w": "2 · 3", "v": 3}, {"w": "2 · 5", "v": 5}])
    {'parts': ['{"w":"2 · <0>",', '"v":<0>}'], 'texts': [[0, 1]], 'rows': [[0, '3'], [0, '5']]}
    """
    written = [json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in variants]
    shapes = {}
    for place, text in enumerate(written):
        shapes.setdefault(GAP.sub("<>", text), {})[place] = GAP.findall(text)
    parts, texts, rows = {}, [], {}
    for found in shapes.values():
        columns = list(zip(*found.values(), strict=True))
        gaps = list(dict.fromkeys(column for column in columns if len(set(column)) > 1))
        filled = iter(f"<{gaps.index(c)}>" if c in gaps else c[0] for c in columns)
        text = GAP.sub(lambda match, filled=filled: next(filled), written[min(found)])
        rows |= {p: [len(texts), *row] for p, *row in zip(found, *gaps, strict=True)}
        texts.append([parts.setdefault(part, len(parts)) for part in re.split("(?<=,)", text)])
    return {"parts": list(parts), "texts": texts, "rows": [rows[p] for p in sorted(rows)]}
