"""From ES modules to one script: a browser loads no module from the disk, a widget only one.

Modules are texts by their paths. Every one keeps a scope of its own. What stands at the beginning
of a line as ``import {a, b as c} from "./path.js";``, as ``export const``, ``export function`` or
``export class`` is understood; all else that begins with one of these two words is refused.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

STATEMENT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
IMPORT = re.compile(r'^import \{([^{}]*)\} from "(\.[^"]*)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function\*?|class) (\w+))", re.MULTILINE)


class LinkError(Exception):
    """Modules that do not fit together."""


def imports_of(path, text):
    """Return what a module imports: (path, {its name there: its name here}) of each statement.

    Examples
    --------
    >>> imports_of("figures/map.js", 'import { scale, make as create } from "../page.js";')
    [('page.js', {'scale': 'scale', 'make': 'create'})]
    """
    found = []
    for names, source in IMPORT.findall(text):
        pairs = [name.split(" as ") for name in re.split(r"\s*,\s*", names.strip()) if name]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
        found.append((target, {pair[0]: pair[-1] for pair in pairs}))
    return found


def exports_of(text):
    r"""Return the names that a module exports.

    Examples
    --------
    >>> exports_of("export const one = 1;\nexport class Two {}")
    ['one', 'Two']
    """
    return EXPORT.findall(text)


def link(entry, modules):
    r"""Return a JavaScript expression for what the module `entry` exports, as one object.

    Parameters
    ----------
    entry : str
        Its path.
    modules : dict
        From paths to texts. Only those that `entry` needs are linked.

    Returns
    -------
    str

    Raises
    ------
    LinkError
        If a module or a name that is imported does not exist, modules import each other in a
        circle, or an import or export has another form than those that are understood.

    Examples
    --------
    >>> modules = {"a.js": "export const one = 1;",
    ...            "b.js": 'import { one } from "./a.js";\nexport const two = 2 * one;'}
    >>> print(link("b.js", modules))
    (() => {
    "use strict";
    const [one] = (() => {
    const one = 1;
    return [one];
    })();
    const [two] = (() => {
    const two = 2 * one;
    return [two];
    })();
    return { two: two };
    })()
    """
    paths = _ordered(entry, modules)
    counts = Counter(name for path in paths for name in exports_of(modules[path]))
    shared = {name for name, count in counts.items() if count > 1}
    scopes = [_scope(path, modules[path], shared) for path in paths]
    names = exports_of(modules[entry])
    exports = (f"{name}: {_variable(entry, name, shared)}" for name in names)
    result = f"return {{ {', '.join(exports)} }};"
    return "\n".join(["(() => {", '"use strict";', *scopes, result, "})()"])


def _ordered(entry: str, modules: Mapping[str, str]) -> list[str]:
    """Return the paths of all modules that `entry` needs, each after those that it imports."""
    if entry not in modules:
        raise LinkError(f"there is no module {entry}")
    graph, waiting = {}, [entry]
    while waiting:
        path = waiting.pop()
        if path not in graph:
            graph[path] = [target for target, _ in _checked_imports(path, modules)]
            waiting += graph[path]
    order = TopologicalSorter(graph)
    try:
        order.prepare()
    except CycleError as error:
        circle = " which imports ".join(reversed(error.args[1]))
        raise LinkError(f"modules import each other: {circle}") from None
    # The less deep first, folder by folder: alike texts near to each other compress well.
    found: list[str] = []
    ready: list[str] = []
    while order.is_active():
        ready += order.get_ready()
        ready.sort(key=lambda path: (path.count("/"), path))
        found.append(ready.pop(0))
        order.done(found[-1])
    return found


def _checked_imports(path, modules):
    text = modules[path]
    for statement in STATEMENT.finditer(text):
        known = (form.match(text, statement.start()) for form in (IMPORT, EXPORT))
        if not any(known):
            raise LinkError(f"{path}: {statement.group()!r} is no import or export of a known form")
    imports = imports_of(path, text)
    for target, names in imports:
        if target not in modules:
            raise LinkError(f"{path} imports from {target}, which does not exist")
        missing = names.keys() - set(exports_of(modules[target]))
        if missing:
            raise LinkError(
                f"{path} imports {min(missing)} from {target}, which has no such export"
            )
    return imports


def _variable(path, name, shared):
    """Return what a module's export is called outside of it: itself, unless others are so too."""
    if name not in shared:
        return name
    return f"${re.sub(r'[^a-zA-Z0-9]', '_', path.removesuffix('.js'))}_{name}"


def _scope(path, text, shared):
    """Return a module as a function that is called at once and returns its exports."""
    imports = imports_of(path, text)

    def binding(match):
        target, names = imports.pop(0)
        found = ((here, _variable(target, there, shared)) for there, here in names.items())
        pairs = [f"{here} = {outside}" for here, outside in found if here != outside]
        return f"const {', '.join(pairs)};" if pairs else ""

    body = re.sub(r"\n{3,}", "\n\n", EXPORT.sub("", IMPORT.sub(binding, text))).strip("\n")
    exports = exports_of(text)
    outside = ", ".join(_variable(path, name, shared) for name in exports)
    return f"const [{outside}] = (() => {{\n{body}\nreturn [{', '.join(exports)}];\n}})();"
