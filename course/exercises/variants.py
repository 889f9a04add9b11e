"""Variants of an exercise: which one a student gets, and all of them as one small table."""

import json
import re
import unicodedata

# So many are drawn of each exercise, unless there are fewer: they fit into the exercise's file.
COUNT = 100
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def hash_text(text):
    """Return the FNV-1a hash of a text's UTF-16 units, 32 bits: short in JavaScript as well.

    Pages opened from the disk have no SHA-256.

    Examples
    --------
    >>> hash_text("a") == hash_text("a")
    True
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


def pack(variants):
    r"""Return JSON-able values of one shape as texts with gaps and rows of numbers for the gaps.

    Their texts differ in little but numbers: what is equal in all that share a text stands in it,
    and what is equal in each of them has one gap's number. ``unpack`` of `client/variants.js` is
    the inverse.

    Examples
    --------
    >>> pack([{"w": "2 · 3", "v": 3}, {"w": "2 · 5", "v": 5}])
    {'texts': ['{"w":"2 · <0>","v":<0>}'], 'rows': [[0, '3'], [0, '5']]}
    """
    written = [json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in variants]
    numbers = {}
    for place, text in enumerate(written):
        numbers.setdefault(NUMBER.sub("#", text), {})[place] = NUMBER.findall(text)
    texts, rows = [], [None] * len(written)
    for found in numbers.values():
        columns = list(zip(*found.values(), strict=True))
        gaps = list(dict.fromkeys(column for column in columns if len(set(column)) > 1))
        filled = iter(f"<{gaps.index(c)}>" if c in gaps else c[0] for c in columns)
        pieces = NUMBER.split(written[next(iter(found))])
        for order, place in enumerate(found):
            rows[place] = [len(texts), *(gap[order] for gap in gaps)]
        texts.append("".join(piece + next(filled, "") for piece in pieces))
    return {"texts": texts, "rows": rows}
