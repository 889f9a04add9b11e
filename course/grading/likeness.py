"""Answers that are alike, as a hint to look: what two students share and others do not.

Compared are sequences of tokens, with all names, numbers and texts the same and without comments;
so renaming and reformatting change nothing. What the assignment or its solution has is not counted,
nor what many students have. Answers that are short after that are not compared.
"""

import io
import keyword
import tokenize
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from course.grading.notebooks import Unreadable, submitted

# Tokens in a sequence; sequences that an answer must have to be compared; most tokens looked at.
LENGTH, SHORTEST, LONGEST = 10, 40, 20_000
# Of the shorter of two, this share and more is worth a look.
ALIKE = 0.6
# What more students have than this share of them, or than a few, is usual.
USUAL, FEW = 0.1, 3
KINDS = {tokenize.NUMBER: "0", tokenize.STRING: "s"}
NEEDLESS = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Alike:
    """Two students, and the share of the shorter answer that both have."""

    students: tuple
    share: float
    shared: int


@dataclass(frozen=True)
class Likeness:
    """The pairs worth a look, and how many answers were long enough to be compared."""

    pairs: tuple
    compared: int
    of: int


@lru_cache(maxsize=1000)  # most cells are as they were given
def tokens(source):
    """Return the tokens of a cell, as far as it is Python, with what is easily changed left out."""
    found = []
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                found.append("n")
            elif token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE):
                found.append(tokenize.tok_name[token.type])
            elif token.type not in NEEDLESS:
                found.append(KINDS.get(token.type, token.string))
            if len(found) >= LONGEST:
                break
    return tuple(found)


def sequences(cells):
    """Return the sequences of tokens in some cells."""
    found, left = set(), LONGEST
    for cell in cells:
        words = tokens(cell)[:left]
        left -= len(words)
        found |= {words[i : i + LENGTH] for i in range(len(words) - LENGTH + 1)}
    return found


def pairs(assignment, files):
    """Return the pairs of students whose notebooks are alike.

    Parameters
    ----------
    assignment : Assignment
    files : dict
        The notebook of each student, or None.
    """
    given = sequences(cell.source for cell in assignment.cells)
    answers = {}
    for student, path in files.items():
        with suppress(Unreadable):
            answers[student] = sequences(submitted(path).cells) - given
    times = Counter(each for own in answers.values() for each in own)
    most = max(FEW, USUAL * len(answers))
    own = {s: {e for e in mine if times[e] <= most} for s, mine in answers.items()}
    own = {s: mine for s, mine in own.items() if len(mine) >= SHORTEST}
    places = {}
    for student, mine in own.items():
        for each in mine:
            places.setdefault(each, []).append(student)
    shared = Counter(pair for who in places.values() for pair in combinations(who, 2))
    found = []
    for (a, b), count in shared.items():
        share = count / min(len(own[a]), len(own[b]))
        if share >= ALIKE:
            found.append(Alike((a, b), share, count))
    found.sort(key=lambda pair: (-pair.share, pair.students))
    return Likeness(tuple(found), len(own), len(files))
