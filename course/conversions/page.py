"""What the page of conventions shows of the packages: tables that fold, and the converter."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import optimlib as ol
from course.conversions import FORMS, OTHERS, Form, form_of, ranges_of
from course.conversions.routes import WHOLE, route
from course.conversions.schedules import SCHEDULES, after_hand, after_reload
from optimlib.javascript.linker import link
from optimlib.javascript.writing import data_element
from optimlib.rules.hyperparameters import Range

Content = Mapping[str, Any]
CLIENT = Path(__file__).with_name("client")
RATES = ("lr", "learning_rate", "learning_rate_init")
# Where an optimizer is, if not in the package itself.
IMPORTED = {
    "torch": "torch.optim",
    "keras": "keras.optimizers",
    "timm": "timm.optim",
    "sklearn": "sklearn.neural_network._stochastic_optimizers",
    **dict.fromkeys(
        [f"optax {name}" for name in ("adopt", "ademamix", "muon", "prodigy", "schedule_free_sgd")],
        "optax.contrib",
    ),
}
# In the words of the tables: an option, at this value.
OPTIONS = {
    ("eps_before_correction", True): "ε before the correction",
    ("eps_inside", True): "ε inside",
    ("library_form", True): "its point is the look-ahead point",
    ("bias_correction", True): "bias corrected",
    ("bias_correction", False): "bias not corrected",
    ("max_of_corrected", True): "maximum after the correction",
    ("centered", True): "centered",
    ("skip", True): "no step where the sign changed",
    ("capped", False): "rate not capped",
    ("factored", False): "matrices below 128 not factored",
    ("clamped", True): "ε a lower bound",
    ("at_threshold", True): "rectified at the threshold too",
    ("proximal", False): "λ decoupled",
    ("average", True): "of an average",
    ("nesterov", False): "without Nesterov",
    ("scale", "rows"): "scaled by √max(1, rows/columns)",
    ("psi", None): "constant momentum",
    ("psi", 1.0): "ψ = 1",
    ("m0", 1e-6): "means from 10⁻⁶",
    ("beta1", 0.0): "β₁ = 0: sign descent",
}
CODE = re.compile("`(.*?)`")
AROUND = {"l2": "λ coupled", "decay": "λ decoupled", "clip": "gradients clipped", "k": "Lookahead"}


class Shown:
    """HTML for a page, and a line for print.

    The notebook's file keeps the line alone, as of an explorer: the site makes the rest anew.
    """

    def __init__(self, line: str, page: str):
        self.line, self.page = line, page

    def __repr__(self) -> str:
        return self.line

    def _repr_html_(self) -> str:
        style = (CLIENT / "style.css").read_text("utf-8")
        return f'<div class="conversions"><style>{style}</style>{self.page}</div>'


def computes(form: Form) -> str:
    """Return in words what a form computes: the rule, and what is not its default."""
    keys = {t for targets in form.targets().values() for t in targets}
    words = [called(form)]
    words += [OPTIONS[option] for option in form.options.items() if option in OPTIONS]
    words += [word for key, word in AROUND.items() if key in keys]
    return "; ".join([*words, *(["ε added to G₀"] if form.folded else [])])


def called(form: Form) -> str:
    """Return the name of the form's rule in words."""
    cls = getattr(ol, form.rule)
    return cls(*([0.1] if fields(cls)[0].default is MISSING else [])).called


def optimizers(content: Content) -> Shown:
    """Return the table of all optimizers, one that folds for each package."""
    heads = [
        "optimizer",
        "computes",
        "steps under g = 1, in η",
        "taken of 1 at g = 0, η = 0.1",
        "defaults",
    ]
    pieces = []
    for package in dict.fromkeys(r["package"] for r in content["optimizers"]):
        records = [r for r in content["optimizers"] if r["package"] == package]
        title = f"{named(content, package)}: {counted(len(records), 'optimizer')}"
        pieces.append(folding(title, heads, [row_of(record) for record in records]))
    count = len(content["optimizers"])
    return Shown(f"<{count} optimizers of {len(pieces)} packages>", "".join(pieces))


def counted(number: int, noun: str) -> str:
    """Return how many, in words."""
    return f"{number} {noun}" + ("s" if number > 1 else "")


def is_known(record: Mapping[str, Any]) -> bool:
    """Return whether an optimizer is a rule of the course at its default settings."""
    return form_of(record["package"], record["optimizer"], record["defaults"]) is not None


def form(name: str) -> Form:
    """Return the first form of an optimizer, by its package and name."""
    return FORMS[name][0]


def named(content: Content, package: str) -> str:
    """Return a package's name and the version that was recorded."""
    name = content["packages"][package]
    return f"{name} {content['versions'][name]}"


def row_of(record: Mapping[str, Any]) -> list[str]:
    """Return the cells of one optimizer."""
    name = f"{record['package']} {record['optimizer']}"
    words = [
        (f"with {given(form)}: " if i else "") + computes(form)
        for i, form in enumerate(FORMS.get(name, []))
    ]
    if name in OTHERS:
        words.insert(0, OTHERS[name] + (" (at its defaults)" if words else ""))
    steps = ", ".join(f"{0.0 - step:.3g}" for step in record["under 1"][:6])
    taken = record["taken away"]
    return [
        record["optimizer"],
        ". ".join(words),
        steps,
        f"{taken:.3g}",
        written(plain(record["defaults"])),
    ]


def plain(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are numbers or rows of numbers."""
    numbers = {k: v for k, v in defaults.items() if isinstance(v, int | float | list)}
    return {k: v for k, v in numbers.items() if not isinstance(v, bool)}


def given(form: Form) -> str:
    """Return the settings at which a form holds, as written in a call."""
    return written(form.given)


def written(settings: Mapping[str, Any]) -> str:
    """Return settings as Python writes them in a call."""
    rows = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    return ", ".join(f"{name}={value!r}" for name, value in rows.items())


def schedules(content: Content) -> Shown:
    """Return the table of all schedules, one that folds for each package."""
    heads = ["schedule", "is", "at −1", "rates of the steps 1, 2, ...", "set by hand", "reloaded"]
    pieces = []
    for package in dict.fromkeys(s["package"] for s in content["schedules"]):
        records = [s for s in content["schedules"] if s["package"] == package]
        title = f"{named(content, package)}: {len(records)} schedules"
        rows = [
            [
                f"{r['schedule'].partition(',')[0]}({written(r['settings'])})",
                str(SCHEDULES[f"{package} {r['schedule']}"]),
                f"{r['before']:.3g}" if "before" in r else "",
                ", ".join("refused" if x is None else f"{x:.3g}" for x in r["rates"]),
                after_hand(r),
                after_reload(r),
            ]
            for r in records
        ]
        pieces.append(folding(title, heads, rows))
    return Shown(f"<{len(content['schedules'])} schedules>", "".join(pieces))


def folding(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that folds under its title, and scrolls sideways where it is too wide."""
    top = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in heads)
    lines = "".join(
        f'<tr><th scope="row"><code>{html.escape(row[0])}</code></th>'
        + "".join(f"<td>{coded(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    name = html.escape(title)
    return (
        f"<details><summary>{name}</summary>"
        f'<div role="region" tabindex="0" aria-label="{name}">'
        f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div></details>"
    )


def coded(text: str) -> str:
    """Return a text as HTML, what stands in backticks as code."""
    return CODE.sub(r"<code>\1</code>", html.escape(text))


def converter(content: Content) -> Shown:
    """Return the converter: from the settings of one package to those of another."""
    data = conversions(content)
    count = sum("no" not in found for found in data["routes"].values())
    script = f"{link('converter.js', modules())}.startAll();"
    page = (
        '<div class="converter"><p>The converter needs JavaScript.</p>'
        f"{data_element(data)}</div><script>{script}</script>"
    )
    return Shown(f"<Converter: {count} pairs of {len(data['forms'])} optimizers>", page)


@cache
def modules() -> dict[str, str]:
    """Return the ES modules of the converter."""
    return {path.name: path.read_text("utf-8") for path in CLIENT.glob("*.js")}


def conversions(content: Content) -> dict[str, Any]:
    """Return what the converter's script reads: forms, what others compute, and all routes."""
    forms = list(everything(content))
    routes = {}
    for i, first in enumerate(forms):
        for j, second in enumerate(forms):
            if i != j and first[1].rule == second[1].rule:
                routes[f"{i} {j}"] = route(first[1], second[1]).specification()
    return {
        "forms": [
            {
                "package": record["package"],
                "called": address(record),
                "opening": opening(record),
                "version": named(content, record["package"]),
                "given": given(form),
                "rule": called(form),
                "settings": {
                    name: settings_at_first(record["defaults"], name, len(targets))
                    for name, targets in form.targets().items()
                },
                "ranges": {name: [*map(bounds, row)] for name, row in ranges_of(form).items()},
                "about": form.tolerance > 1e-9,
            }
            for record, form in forms
        ],
        "routes": routes,
        "whole": sorted(WHOLE),
    }


def address(record: Mapping[str, Any]) -> str:
    """Return the name of an optimizer, with the module that has it."""
    package, name = record["package"], record["optimizer"]
    return f"{IMPORTED.get(f'{package} {name}') or IMPORTED.get(package, package)}.{name}"


def opening(record: Mapping[str, Any]) -> str:
    """Return how a call begins, before the settings.

    >>> opening({"package": "lion_pytorch", "optimizer": "Lion"})
    'lion_pytorch.Lion(params, '
    """
    if record["package"] in ("keras", "optax"):
        return f"{address(record)}("
    if record["package"] == "timm":  # which knows its optimizers by these names
        found = f'get_optimizer_class("{record["optimizer"]}", bind_defaults=False)'
        return f"timm.optim.{found}(params, "
    return f"{address(record)}(params, "


def bounds(limits: Range) -> dict[str, float]:
    """Return what limits a setting: {"ge": 0, "lt": 1}."""
    found = {name: getattr(limits, name) for name in ("gt", "ge", "lt", "le")}
    return {name: bound for name, bound in found.items() if isfinite(bound)}


def everything(content: Content):
    """Yield each optimizer's record with each of its forms."""
    for record in content["optimizers"]:
        for form in FORMS.get(f"{record['package']} {record['optimizer']}", []):
            yield record, form


def settings_at_first(defaults: Mapping[str, Any], name: str, length: int) -> Any:
    """Return what the converter shows at first: the default, and .001 where there is no rate."""
    value = defaults.get(name)
    if isinstance(value, list):
        return [0 if x is None else x for x in value]
    missing = 0.001 if name in RATES else 0
    return missing if value is None else float(value)
