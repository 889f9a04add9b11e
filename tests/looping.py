"""Tests over many cases that are one item, and a few pairs in place of all."""

import inspect
from functools import wraps
from itertools import cycle, islice

import pytest


def each(names, cases):
    """Call the test with one case after the other; what fails is reported with the case's name.

    To be used as `pytest.mark.parametrize`, where thousands of items would take longer to collect
    and to report than to run. `cases` is a dict, or an iterable of cases that are their own names.
    """
    names = names.replace(",", " ").split()
    if not isinstance(cases, dict):
        listed = list(cases)
        cases = {repr(case): case for case in listed}
        assert len(cases) == len(listed), f"cases of {names} have one name"
    assert cases, f"no case of {names}"

    def decorate(test):
        @wraps(test)
        def all_cases(*arguments, **fixtures):
            failures = []
            for title, case in cases.items():
                values = dict(zip(names, case if len(names) > 1 else [case], strict=True))
                try:
                    test(*arguments, **fixtures, **values)
                except (Exception, pytest.fail.Exception, BaseExceptionGroup) as error:
                    error.add_note(f"in the case {', '.join(names)} = {title}")
                    failures.append(error)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} cases", failures)

        signature = inspect.signature(test)
        others = [p for name, p in signature.parameters.items() if name not in names]
        all_cases.__signature__ = signature.replace(parameters=others)
        return all_cases

    return decorate


def covering(*kinds):
    """Return tuples, one of each kind, in which everything of every kind occurs, and few more.

    The shorter kinds begin again when they end.
    """
    kinds = [list(kind) for kind in kinds]
    return list(islice(zip(*map(cycle, kinds), strict=False), max(map(len, kinds))))
