"""A page on the whole class: points of each task, mistakes and who made them, answers alike."""

import html
import re
from collections import Counter, defaultdict
from statistics import mean, median

from course.grading.scoring import SCORED, clean

# How the course's `check` names a mistake that it recognizes.
NAMED = re.compile(r"“([^”]+)”")
NOT_SHOWN = "a test that is not shown: "
LONGEST = 160
MOST_LINES = 12

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: the class</title>
<style>
:root {{ color-scheme: light dark; --bar: #0072b2; --line: #767676; }}
@media (prefers-color-scheme: dark) {{ :root {{ --bar: #56b4e9; --line: #949494; }} }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 1rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .4rem .3rem 0;
  border-bottom: 1px solid var(--line); }}
th[scope=row] {{ font-weight: normal; overflow-wrap: anywhere; }}
.count {{ text-align: right; }}
td.bar {{ width: 30%; }}
svg {{ display: block; width: 100%; height: auto; }}
svg rect {{ fill: var(--bar); }}
svg text {{ fill: currentColor; font-size: 12px; text-anchor: middle; }}
svg line {{ stroke: var(--line); }}
svg[role=img] {{ max-width: 34rem; }}
@media (max-width: 34rem) {{ svg text {{ font-size: 17px; }} }}
</style>
<h1>{title}: the class</h1>
{body}
</html>
"""


def page(results, assignment, alike):
    """Return the page as HTML.

    Parameters
    ----------
    results : list of Result
    assignment : Assignment
    alike : Likeness
    """
    judged = [result for result in results if result.judged and result.status == SCORED]
    body = [*counts(results, judged), *distribution(judged, assignment)]
    body.append("<h2>Tasks</h2>")
    if not judged:
        body.append("<p>No notebook was scored.</p>")
    for task, tests in assignment.tasks.items() if judged else ():
        body += of_task(task, [test.name for test in tests], judged)
    return PAGE.format(title=text(assignment.name), body="\n".join([*body, *alike_part(alike)]))


def text(words):
    """Return a text as HTML."""
    return html.escape(clean(words))


def row(name, count, most):
    """Return a line of a table: a name, a number and a bar."""
    bar = '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" height="14">'
    bar += f'<rect width="{100 * count / max(most, 1):.1f}" height="8"/></svg>'
    return (
        f'<tr><th scope="row">{text(name)}</th><td class="count">{count}</td>'
        f'<td class="bar">{bar}</td></tr>'
    )


def table(caption, first, lines, most):
    """Return a table of names, numbers and bars, the longest of which are `most`."""
    head = (
        f'<tr><th scope="col">{first}</th><th scope="col" class="count">students</th><td></td></tr>'
    )
    rows = [row(name, count, most) for name, count in lines]
    return [f"<table><caption hidden>{text(caption)}</caption>", head, *rows, "</table>"]


def counts(results, judged):
    """Return how many handed in, late, or something that could not be read."""
    lines = Counter(result.status for result in results)
    late = Counter()
    for result in results:
        if result.late and result.late.days:
            late["late"] += 1
        elif result.late and result.late.source.startswith("late"):
            late["late, by how much is not known"] += 1
    lines = [*lines.most_common(), *late.most_common()]
    by_hand = sum(bool(result.by_hand) for result in results)
    lines += [("with points by hand", by_hand)] if by_hand else []
    return [
        f"<p>{len(results)} students.</p>",
        *table("What came", "what came", lines, len(results)),
    ]


def distribution(judged, assignment):
    """Return the points of the class as columns, before the late rule."""
    if not judged:
        return []
    points = [result.points for result in judged]
    return [
        "<h2>Points</h2>",
        f"<p>Mean {mean(points):.1f}, median {median(points):.1f} of {assignment.points:g}, "
        "of the notebooks that were scored, before the late rule.</p>",
        histogram(points, assignment.points, f"Points of {len(points)} students"),
    ]


def histogram(points, possible, label):
    """Return columns: how many students have how many points, in bins of at least one point."""
    width = max(1, -(-possible // 20))
    bins = Counter(min(int(each // width), int(possible // width)) for each in points)
    last = int(possible // width)
    most, step = max(bins.values()), 480 / (last + 1)
    parts = []
    for i in range(last + 1):
        count, left = bins[i], 10 + i * step
        high = 100 * count / most
        place = f'x="{left + 1:.1f}" y="{118 - high:.1f}"'
        parts.append(f'<rect {place} width="{step - 2:.1f}" height="{high:.1f}"/>')
        if count:
            parts.append(f'<text x="{left + step / 2:.1f}" y="{114 - high:.1f}">{count}</text>')
        if last < 12 or i % 5 == 0:
            parts.append(f'<text x="{left + step / 2:.1f}" y="136">{i * width:g}</text>')
    said = ", ".join(f"{bins[i]} from {i * width:g}" for i in sorted(bins))
    return (
        f'<svg viewBox="0 0 500 142" role="img" aria-label="{text(label)}: {said}">'
        f'<line x1="10" x2="490" y1="118.5" y2="118.5"/>{"".join(parts)}</svg>'
    )


def of_task(task, tests, judged):
    """Return what is said of a task: its points, and which mistake how many made."""
    points, possible = [], 0
    mistakes = defaultdict(set)
    for result in judged:
        own = [each for each in result.outcomes if each.test in tests]
        points.append(sum(each.points for each in own))
        possible = sum(each.possible for each in own)
        for name in names_of([each for each in own if each.points < each.possible]):
            mistakes[name].add(result.student)
    full = sum(each == possible for each in points)
    lines = [(name, len(who)) for name, who in mistakes.items()]
    lines.sort(key=lambda line: (-line[1], line[0]))
    more = len(lines) - MOST_LINES
    part = [
        f"<h3>{text(task)}</h3>",
        f"<p>{full} of {len(points)} have all {possible:g} points.</p>",
        histogram(points, possible, f"Points in {task}"),
    ]
    if lines:
        part += table(f"Mistakes in {task}", "what was found", lines[:MOST_LINES], len(judged))
    if more > 0:
        part.append(f"<p>And {more} more, each of {lines[MOST_LINES][1]} or fewer.</p>")
    return part


def names_of(failed):
    """Return what tests found in one answer: the mistakes with names, else what a test says."""
    named = {name for each in failed for name in NAMED.findall(each.message)}
    return named or {generic(each.message) for each in failed[-1:]}


def generic(message):
    """Return what a test says, without what differs from student to student.

    >>> generic("a test that is not shown: 3 steps took 4.5 gradients")
    '… steps took … gradients'
    >>> generic('assert got == 4, f"4, not {got}": 4, not [1. 2.]')
    '…, not …'
    >>> generic("got = f(1): NotImplementedError: ")
    'not answered'
    """
    if "NotImplementedError" in message:
        return "not answered"
    lines = message.removeprefix(NOT_SHOWN).splitlines() or [""]
    said = re.sub(r'^assert .*": ', "", lines[0])
    said = re.sub(r"\[[^\]]*\]", "…", said)
    return re.sub(r"[-−]?\d+(\.\d*)?([eE][-+−]?\d+)?", "…", said)[:LONGEST]


def alike_part(alike):
    """Return the pairs of answers that are alike, with what that does not mean."""
    part = [
        "<h2>Answers that are alike</h2>",
        "<p>A hint where to look, and no proof of anything. Two who learned together, or from one "
        "page, write alike; who rewrites much is not found. Names, numbers, comments and layout do "
        "not count, nor does what the assignment gives, its solution has, or many students wrote. "
        "Short answers are not compared. Read both notebooks, and ask, before you conclude "
        "anything.</p>",
        f"<p>{alike.compared} of {alike.of} notebooks have enough code of their own to be "
        f"compared; {len(alike.pairs)} pairs share much of it.</p>",
    ]
    if alike.pairs:
        part.append('<table><tr><th scope="col">students</th><th scope="col">shared</th></tr>')
        for pair in alike.pairs[:50]:
            part.append(
                f"<tr><td>{' and '.join(map(text, pair.students))}</td>"
                f"<td>{pair.share:.0%} of the shorter one</td></tr>"
            )
        part.append("</table>")
    return part
