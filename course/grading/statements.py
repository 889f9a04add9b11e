"""The statements of a student's cells, and which of them the answers need. Runs in the sandbox."""

import __future__

import ast

FUTURE = 0
for _name in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _name).compiler_flag
# Magics whose line or cell is Python that runs as it stands.
RUN_LINE = {"time", "prun", "memit"}
RUN_CELL = {"time", "prun", "capture", "python", "python3", "memit"}
# What may bind any name.
DYNAMIC = {"exec", "globals", "setattr", "vars", "locals", "__import__"}


class Statement:
    """A statement with its code, the names it may bind and those that it may look up."""

    def __init__(self, node, flags):
        self.line = node.lineno
        self.code = compile(
            ast.Module([node], []), "<cell>", "exec", flags=flags, dont_inherit=True
        )
        self.uses = set(names_of(self.code))
        self.binds, self.touches = set(bound(node)), set(touched(node))
        if isinstance(node, ast.Expr):
            self.binds |= self.touches if isinstance(node.value, ast.Call) else set()
        self.imports = isinstance(node, (ast.Import, ast.ImportFrom))
        self.dynamic = "*" in self.binds or not DYNAMIC.isdisjoint(self.uses)
        self.needed = False


def names_of(code):
    """Return all names in a code object and in those within it."""
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from names_of(constant)


def bound(node):
    """Return the names that a statement binds, or whose values it may change."""
    nodes = [node]
    while nodes:
        each = nodes.pop()
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
            nodes += each.decorator_list
            inner = [deep for deep in ast.walk(each) if isinstance(deep, ast.Global)]
            for deep in inner:
                yield from deep.names
            continue
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            yield each.id
        elif isinstance(each, (ast.Attribute, ast.Subscript)) and changes(each):
            yield from base(each)
        elif isinstance(each, ast.alias):
            yield (each.asname or each.name).partition(".")[0]
        elif isinstance(each, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and each.name:
            yield each.name
        nodes += ast.iter_child_nodes(each)


def touched(node):
    """Return the names whose methods a statement calls outside of functions: `x` of `x.pop()`."""
    nodes = [node]
    while nodes:
        each = nodes.pop()
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            yield from base(each.func)
        nodes += ast.iter_child_nodes(each)


def changes(node):
    """Return whether an attribute or an item is assigned or deleted."""
    return not isinstance(node.ctx, ast.Load)


def base(node):
    """Return the name of `name.x[0].y`, in a list, or nothing."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def plain(source):
    """Return a cell as Python: what is only for IPython becomes a call, or what it runs.

    A cell that is Python stays as it is.
    """
    source = source.removeprefix("\ufeff")
    try:
        return ast.parse(source)
    except SyntaxError as error:
        first = error
    head, _, body = source.lstrip().partition("\n")
    magic = head[2:].split()
    if head.startswith("%%"):
        if not magic or magic[0] not in RUN_CELL:
            return ast.parse("")
        return plain(body)
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        raise first from None
    except Exception as error:
        raise SyntaxError(f"{type(error).__name__}: {error}") from None
    return Magics().visit(tree)


class Magics(ast.NodeTransformer):
    """Puts `%time statement` in its own place."""

    def visit_Expr(self, node):
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "run_line_magic"
            and len(call.args) == 2
            and all(isinstance(each, ast.Constant) for each in call.args)
            and call.args[0].value in RUN_LINE
        ):
            try:
                return [
                    ast.copy_location(each, node) for each in ast.parse(call.args[1].value).body
                ]
            except SyntaxError:
                return node
        return node


def statements(source, flags=0):
    """Return the statements of a cell, and the `__future__` flags that hold after it.

    Raises
    ------
    SyntaxError
        And whatever else the parser has to say of a text that is no Python.
    """
    found = []
    for node in plain(source).body:
        # One module that is missing does not hide those beside it.
        several = isinstance(node, ast.Import) and len(node.names) > 1
        parts = [node]
        if several:
            parts = [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
        for part in parts:
            try:
                each = Statement(part, flags)
            except SyntaxError as error:  # e.g. `return` outside of a function
                each = Statement(refusing(error, part), flags)
            flags |= each.code.co_flags & FUTURE
            found.append(each)
    return found, flags


def refusing(error, node):
    """Return a statement that raises the error where a statement stood."""
    raising = ast.parse(f"raise SyntaxError({error.msg!r})").body[0]
    return ast.fix_missing_locations(ast.copy_location(raising, node))


def mark(cells, asked):
    """Mark the statements that the asked names need, directly or through other names."""
    every = [each for cell in cells for each in cell]
    modules = {name for each in every if each.imports for name in each.binds}
    names, more = set(asked), True
    while more:
        more = False
        for each in every:
            if each.needed:
                continue
            given = names & each.binds or (names - modules) & each.touches
            if each.dynamic or given:
                each.needed = more = True
                names |= each.uses
