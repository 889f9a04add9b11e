"""Tables of texts, for print and for a notebook: the first row is the header."""

import html
from collections.abc import Sequence

from optimlib.printing import printable


def text_table(title: str, rows: Sequence[Sequence[str]]) -> str:
    """Return the rows under the title, columns right-aligned, in signs that can be printed."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([printable(title), *lines])


def html_table(title: str, rows: Sequence[Sequence[str]], kind: str) -> str:
    """Return the rows as an HTML table of the class `kind` with the title as caption."""
    head, *body = [[html.escape(cell) for cell in row] for row in rows]
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in body
    )
    return (
        f'<table class="dataframe {kind}">\n<caption>{html.escape(title)}</caption>\n'
        f"<thead><tr>{cells}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"
    )
