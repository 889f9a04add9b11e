"""Two mistakes at once: what comes of both is put together from what each changes in the rule."""

from itertools import combinations

import numpy as np

from course.exercises.recording import REDUCTIONS, Operations

# So deep operations are nested in which one change is looked for.
DEPTH = 12
REDUCED = {name: function for function, name in REDUCTIONS.items()}


class _Sums(Operations):
    """Operations in which a difference is a sum: so a sign alone is another in a wrong one."""

    def call(self, name, *values):
        if name == "subtract":
            name, values = "add", (values[0], super().call("negative", values[1]))
        return super().call(name, *values)


class Pairs:
    """A rule, its mistakes one by one, and two at a time, as one list of operations.

    Attributes
    ----------
    operations : Operations
    right : dict
        The places of the right record's values, by name.
    wrong : list of dict
        The same for every mistake.
    compared : sequence of str
        The names by which mistakes are put together.
    alone : int
        How many operations, the first ones, are enough for these.
    both : dict
        The same, as far as the names that an answer returns go, for pairs of mistakes: by their
        two numbers. Where both change the same spot there is none. What one mistake alone leads
        to, or another pair, is not there either.
    """

    def __init__(self, rule, mistakes, names):
        self.operations = _Sums()
        self.right = self.operations.record(rule)
        self.wrong = [self.operations.record(mistake) for mistake in mistakes]
        self.alone = len(self.operations.entries)
        self._merged, self._changed, self._parts = {}, {}, []
        # Where the gradient is asked for it is a value in between that mistakes change.
        self.compared = ["g", *names] if isinstance(self._of(self.right["g"]), list) else names
        rows = [
            tuple(record[name] for name in self.compared) for record in (self.right, *self.wrong)
        ]
        known, self.both = set(rows), {}
        for i, j in combinations(range(len(mistakes)), 2):
            row = self._row(rows[0], rows[1 + i], rows[1 + j])
            if None not in row and row not in known:
                known.add(row)
                self.both[i, j] = dict(zip(names, row[-len(names) :], strict=True))

    def _of(self, place):
        return self.operations.entries[place]

    def _row(self, right, one, other):
        """Return the places of what an answer with both mistakes returns; None where there is none.

        What one of them makes of the state is what the other goes on with; else they are put
        together value by value.
        """
        for first, second in ((one, other), (other, one)):
            changed, others = (
                [n for n, own in enumerate(right[:-1]) if own != wrong[n]]
                for wrong in (first, second)
            )
            changes = self._computed({right[n]: first[n] for n in changed})
            later = self._computed({right[n]: second[n] for n in others})
            is_apart = changed and not {*changed} & {*others}
            if is_apart and self._put(right[-1], changes, set()) == first[-1]:
                new = {n: self._put(first[n], later, set()) for n in changed}
                changes = self._computed({right[n]: place for n, place in new.items()})
                return tuple(
                    new[n] if n in new else self._put(place, changes, set())
                    for n, place in enumerate(second)
                )
        return tuple(map(self._merge, right, one, other))

    def _computed(self, changes):
        """Return the changes of values that are computed: what is given may stand for more."""
        return {place: new for place, new in changes.items() if isinstance(self._of(place), list)}

    def _merge(self, right, one, other):
        """Return the place of a value with both changes, or None if they do not go together."""
        if right in (one, other) or one == other:
            return other if one == right else one
        key = right, one, other
        if key not in self._merged:
            ways = (
                way(right, *two)
                for way in (self._in_place, self._within, self._instead, self._part)
                for two in ((one, other), (other, one))
            )
            self._merged[key] = next((place for place in ways if place is not None), None)
        return self._merged[key]

    def _within(self, *places):
        """Return the place of the same operation on what it is applied to, with both changes."""
        entries = [self.operations.entries[place] for place in places]
        if not _are_alike(*entries):
            return None
        parts = [self._merge(*three) for three in zip(*(e[1:] for e in entries), strict=True)]
        return None if None in parts else self.operations.add([entries[0][0], *parts]).place

    def _in_place(self, right, one, other):
        """Return the place of `other` with what `one` has in place of parts of the right value."""
        for changes in self._changes(right, one):
            used = set()
            found = self._put(other, changes, used)
            if used == set(changes):
                return found
        return None

    def _instead(self, right, one, other):
        """Return `other` if it has something else in place of all that `one` changes."""
        if not _are_alike(*(self.operations.entries[place] for place in (right, other))):
            for changes in self._changes(right, one):
                used = set()
                self._put(other, changes, used)
                if right not in changes and not used:
                    return other
        return None

    def _part(self, right, one, other):
        """Return `other` if it is only a part of the right value, whatever `one` makes of it."""
        return other if self._parts_of(right) >> other & 1 else None

    def _changes(self, right, wrong):
        """Return what a mistake has in place of which parts of the right value: all ways to see it.

        Large parts first: a small one may be changed in one spot and not in another.
        """
        if (right, wrong) not in self._changed:
            found = []
            for depth in range(DEPTH):
                changes = {}
                is_one = self._compare(right, wrong, changes, depth) and changes not in found
                if is_one and self._put(right, changes, set()) == wrong:
                    found.append(changes)
            self._changed[right, wrong] = found
        return self._changed[right, wrong]

    def _compare(self, right, wrong, changes, depth):
        """Collect what stands in place of which parts; return whether that is always the same."""
        if right == wrong:
            return True
        entries = self.operations.entries[right], self.operations.entries[wrong]
        if depth and _are_alike(*entries):
            parts = list(zip(*(entry[1:] for entry in entries), strict=True))
            return all(self._compare(*two, changes, depth - 1) for two in parts)
        return changes.setdefault(right, wrong) == wrong

    def _put(self, place, changes, used, done=None):
        """Return the place of a value with changes in it; they are noted as used."""
        if place in changes:
            used.add(place)
            return changes[place]
        done = {} if done is None else done
        if not self._parts_of(place) & sum(1 << key for key in changes):
            return place
        entry = self.operations.entries[place]
        if not isinstance(entry, list):
            return place
        if place not in done:
            parts = [self._put(part, changes, used, done) for part in entry[1:]]
            is_same = parts == entry[1:]
            done[place] = place if is_same else self.operations.add([entry[0], *parts]).place
        return done[place]

    def _parts_of(self, place):
        """Return all that a value is computed from, as the bits of a number."""
        entries = self.operations.entries
        for later in range(len(self._parts), place + 1):
            parts = entries[later][1:] if isinstance(entries[later], list) else []
            bits = 1 << later
            for part in parts:
                bits |= self._parts[part]
            self._parts.append(bits)
        return self._parts[place]

    def rows(self, situations):
        """Return what each pair leads to in these situations: all names' numbers, a row for each.

        Parameters
        ----------
        situations : list of Situation
        """
        with np.errstate(all="ignore"):
            values = _values(self.operations.entries, situations)
        shape = (len(situations[0].w), len(situations))
        places = np.array([list(row.values()) for row in self.both.values()])
        used, numbers = np.unique(places, return_inverse=True)
        table = np.array([np.broadcast_to(values[place], shape).T for place in used.tolist()])
        # By situation, name and coordinate.
        rows = np.moveaxis(table[numbers.reshape(places.shape)], 2, 1)
        return rows.reshape(len(places), -1).tolist()


def _are_alike(first, *others):
    return isinstance(first, list) and all(
        isinstance(other, list) and other[0] == first[0] and len(other) == len(first)
        for other in others
    )


def _values(entries, situations):
    """Return the value of every entry, with the situations as columns."""

    def together(values):
        return np.stack(values, axis=-1)

    first = situations[0]
    w, g, h = (together([getattr(s, name) for s in situations]) for name in "wgh")
    given = {"t": np.array([s.t for s in situations]), "w": w, "g": g, "h": h, "inf": np.inf}
    given |= {n: together([s.state[n] for s in situations]) for n in first.state}
    given |= {
        n: together([s.hyperparameters[n] for s in situations]) for n in first.hyperparameters
    }
    values = {}
    for place in range(len(entries)):
        value_of(entries, place, given, values)
    return values


def value_of(entries, place, given, known=None):
    """Return the value of an entry, from those of the symbols; `known` are those that are known.

    Parameters
    ----------
    entries : list
        Those of `course.exercises.recording.Operations`.
    place : int
    given : dict
        A number or an array for each symbol.
    known : dict, optional
        The values by their places, which is added to.
    """
    known = {} if known is None else known
    if place not in known:
        entry = entries[place]
        if isinstance(entry, list):
            values = [value_of(entries, part, given, known) for part in entry[1:]]
            known[place] = _applied(entry[0], values, given)
        else:
            known[place] = given[entry] if isinstance(entry, str) else entry
    return known[place]


def _applied(name, values, given):
    if name == "grad":
        return given["g"] + given["h"] * (values[0] - given["w"])
    if name in REDUCED:
        return REDUCED[name](values[0], axis=0)
    return getattr(np, name)(*values)
