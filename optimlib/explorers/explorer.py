"""What all explorers are: a widget in Jupyter, the same figure without a kernel on the website."""

import base64
import html
import inspect
import io
import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from PIL import Image

from optimlib import figures
from optimlib.expression import Call, Constant, Symbol, record_function
from optimlib.javascript import modules as library_modules
from optimlib.javascript import operations
from optimlib.javascript.linker import link
from optimlib.javascript.writing import data_element, is_square
from optimlib.printing import printable

LARGEST = 60_000  # bytes of a figure's data: a page may have several
PACKAGE = Path(__file__).parents[1]
CLIENT = PACKAGE / "explorers" / "client"
START = "explorers/client/start.js"
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; }}
{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<figure id="{name}">{figure}</figure>
</main>
<script>{script}</script>
</body>
</html>
"""


@cache
def modules():
    """Return the ES modules of all explorers, and those of the library: texts by paths."""
    paths = sorted(CLIENT.rglob("*.js"))
    own = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in paths}
    return own | library_modules()


@cache
def module():
    """Return the ES module that Jupyter loads."""
    return f"const {{ render }} = {link(START, modules())};\nexport default {{ render }};\n"


def page_script():
    """Return the script of the website: it finds the figures of its page and starts them.

    It is no module, because a browser loads no module from the disk. Other scripts find its
    exports as ``explorers``.
    """
    return f"(globalThis.explorers = {link(START, modules())}).start();\n"


@cache
def style():
    """Return the style sheet of all explorers."""
    return (CLIENT / "style.css").read_text("utf-8")


class Explorer(anywidget.AnyWidget):
    """An interactive figure, made by the functions of `optimlib.explorers`.

    Parameters
    ----------
    specification : dict
        What the figure shows, as data: its ``kind``, its ``title``, and what the kind asks for.
    still : callable
        Draws the figure's first state with Matplotlib: for print, and where there is no JavaScript.
    answer : callable, optional
        From a question of the figure (a dict) to the answer of the kernel (a dict): for what only
        Python can compute.

    Raises
    ------
    ValueError
        If the specification has more than 60,000 bytes.
    """

    specification = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        specification: dict[str, Any],
        still: Callable[[], Any],
        answer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        specification = plain(specification)
        size = len(json.dumps(specification, separators=(",", ":")))
        if size > LARGEST:
            raise ValueError(
                f"the figure must be at most {LARGEST} bytes as data, got {size}: less data"
            )
        super().__init__(specification=specification)
        self._still = still
        self._answer = answer
        self.on_msg(self._reply)

    @property
    def _esm(self):
        return module()

    @property
    def _css(self):
        return style()

    def __repr__(self) -> str:
        return printable(f"<Explorer: {self.specification['title']}>")

    def _reply(self, widget, content, buffers):
        question = {key: value for key, value in content.items() if key != "id"}
        self.send(plain({"id": content["id"], **self._answer(**question)}))

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        data = data | {"text/plain": repr(self), "text/html": self._html()}
        return data, metadata

    def to_html(self) -> str:
        """Return the figure as a page of its own, a whole HTML document.

        It needs no server, no kernel and no network: script, style and the still picture, which
        stands where there is no JavaScript, are in it.

        Returns
        -------
        str

        Examples
        --------
        >>> import optimlib as ol
        >>> from optimlib.explorers import explore
        >>> figure = explore(ol.Adam(lr=0.1), ol.problems.square, title="Adam on a parabola")
        >>> page = figure.to_html()
        >>> page.splitlines()[:2]
        ['<!DOCTYPE html>', '<html lang="en">']

        ``pathlib.Path("adam.html").write_text(page, "utf-8")`` writes what a browser opens.
        """
        title = self.specification["title"]
        return PAGE.format(
            title=html.escape(title),
            name="fig-" + re.sub(r"\W+", "-", title.lower()).strip("-"),
            style=style(),
            figure=self._html(),
            script=page_script(),
        )

    @figures.in_style
    def _html(self):
        """Return the still picture and, for the website's script, the specification."""
        self._still()
        picture = io.BytesIO()
        plt.gcf().savefig(picture, format="png", dpi=110)  # plt.savefig draws once more
        plt.close()
        few_colors = Image.open(picture).convert("RGB").quantize(64)
        picture = io.BytesIO()
        few_colors.save(picture, format="png", optimize=True)
        source = base64.b64encode(picture.getvalue()).decode()
        alt = html.escape(self.specification["title"], quote=True)
        return (
            '<div class="explorer-still">'
            f"{data_element(self.specification)}"
            f'<img alt="{alt}" src="data:image/png;base64,{source}"></div>'
        )


def plain(value):
    """Return `value` as JSON can hold it: arrays as lists, numbers not finite as None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.bool_ | bool) or value is None or isinstance(value, str):
        return bool(value) if isinstance(value, np.bool_) else value
    return int(value)


def tree(function, names, argument):
    """Return what a Python function computes as a tree for the figure, and its arguments' names.

    A tree is a number, a name, or ``[NumPy function's name, *trees]``.

    Parameters
    ----------
    function : callable
        Elementwise arithmetic with NumPy, e.g. ``lambda t, lr: (1 - 2 * lr)**t``.
    names : collection of str
        What its arguments may be called.
    argument : str
        How an error message names it.

    Raises
    ------
    TypeError
        If it is not callable or not elementwise arithmetic.
    ValueError
        If an argument of it is not among `names`.

    Examples
    --------
    >>> tree(lambda t, lr: (1 - 2 * lr)**t, ("t", "lr"), "predict")
    ['power', ['subtract', 1, ['multiply', 2, 'lr']], 't']
    """
    if not callable(function):
        raise TypeError(f"{argument} must be a function of numbers, got {argument} = {function!r}")
    parameters = list(inspect.signature(function).parameters)
    unknown = [name for name in parameters if name not in names]
    if unknown:
        raise ValueError(
            f"{argument} may depend on {', '.join(names)}, got an argument {unknown[0]!r}"
        )
    try:
        node = record_function(function, parameters)
    except TypeError as error:
        raise TypeError(f"{argument} must be elementwise arithmetic: {error}") from error
    _check_known(node, argument)
    return written(node)


def _check_known(node, argument):
    if isinstance(node, Call):
        if node.function.__name__ not in operations.names():
            raise TypeError(
                f"{argument} must be elementwise arithmetic of functions that figures know: "
                f"{', '.join(operations.names())}, got {node.function.__name__}"
            )
        for part in node.arguments:
            _check_known(part, argument)


def written(node, argument=None):
    """Return a recorded node as a tree for the figure; `argument` writes what it is computed of."""
    argument = argument or written
    if isinstance(node, Symbol):
        return node.name
    if isinstance(node, Constant):
        value = node.value if isinstance(node.value, int | float) else float(node.value)
        # JSON has no infinity.
        return ["divide", np.sign(value), 0] if math.isinf(value) else value
    if is_square(node):  # as NumPy computes x**2
        return ["square", argument(node.arguments[0])]
    return [node.function.__name__, *map(argument, node.arguments)]
