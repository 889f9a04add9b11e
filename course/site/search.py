"""What the search finds: the texts of all pages by section, exercise, term and public name.

A Sphinx extension, in place of Sphinx's own search, which knows no β₁, ranks a glossary before a
chapter and quotes nothing from the disk. `finding.js` finds in the texts; `static/search.js` loads
both when one searches, and shows what was found.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.search.en import english_stopwords, js_porter_stemmer
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

from course.exercises.markup import FUNCTIONS, SIGNS
from course.site.execution import write_static

EXERCISES = exercise_node, exercise_enumerable_node
# Code, what it printed, and answers: one who searches is not to read the answer.
UNREAD = nodes.container, nodes.literal_block, nodes.raw, nodes.comment, solution_node
# Sphinx writes years and numbers only once it knows all pages.
UNTITLED = "p", "eq", "cite"
MARK = "\0"
# The commands of TeX that are read, beside those of exercises; others are only how something looks.
READ = SIGNS | {name: f" {name} " for name in (*FUNCTIONS, "arctan", "lim", "ln", "max", "min")} | {
    "Delta": "Δ", "Omega": "Ω", "ell": "ℓ", "omega": "ω", "phi": "φ", "psi": "ψ", "tau": "τ",
    "theta": "θ", "varphi": "φ", "xi": "ξ", "approx": "≈", "cdots": "…", "dots": "…", "ge": "≥",
    "in": "∈", "infty": "∞", "langle": "⟨", "ldots": "…", "le": "≤", "leftarrow": "←",
    "lvert": "|", "ne": "≠", "partial": "∂", "pm": "±", "prod": "∏", "propto": "∝", "rangle": "⟩",
    "rvert": "|", "sinh": " sinh ", "sum": "∑", "tan": " tan ", "times": "×", "to": "→",
}  # fmt: skip
# In braces, with braces in it, or one sign.
ARGUMENT = r"(\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\\[a-zA-Z]+|[^\s\\{])"
FRACTION = re.compile(rf"\\[dt]?frac\s*{ARGUMENT}\s*{ARGUMENT}")
ROOT = re.compile(rf"\\sqrt\s*{ARGUMENT}")
SIMPLE = re.compile(r"\\?\w+(?:[_^](?:\w|\{\w+\}))*")
SPACE = re.compile(r"[ \t]+|\s*\n\s*")


def plain(tex):
    r"""Return TeX as one line with the signs that search.js reads.

    >>> plain(r"\hat{m}_t = \frac{m_t}{1 - \beta_1^{t}}")
    'm_t = m_t/(1 - β_1^t)'
    >>> plain(r"\sqrt{v_t + \varepsilon}, \sqrt v_t + \varepsilon")
    '√(v_t + ε), √v_t + ε'
    >>> plain(r"\tfrac12 w^2 \ge \max(0, z) + \frac{\sqrt\kappa - 1}{\sqrt{\kappa} + 1}")
    '½ w^2 ≥ max (0, z) + (√κ - 1)/(√κ + 1)'
    >>> plain(r"\begin{pmatrix} 2 & \tfrac1n \end{pmatrix}")
    '2 1/n'
    """
    tex = re.sub(r"\\(?:begin|end)\{.*?\}", " ", tex)
    for pattern, write in (FRACTION, fraction), (ROOT, root):
        while pattern.search(tex):
            tex = pattern.sub(write, tex)
    tex = re.sub(r"\\([a-zA-Z]+)", lambda command: READ.get(command[1], " "), tex)
    return " ".join(re.sub(r"\\?[{}]", "", re.sub(r"\\[^{}]|&", " ", tex)).split())


def fraction(found):
    """Return a fraction on one line, one half as a sign."""
    above, below = map(grouped, found.groups())
    return "½" if (above, below) == ("1", "2") else f"{above}/{below}"


def root(found):
    """Return a root without a bar."""
    return f"√{grouped(found[1])}"


def grouped(argument):
    """Return an argument of TeX in parentheses, if it is more than one number or symbol."""
    inner = argument[1:-1].strip() if argument.startswith("{") else argument
    return inner if SIMPLE.fullmatch(inner) else f"({inner})"


def text_of(node):
    """Return the text of a paragraph or a title; a page it names stands between two marks."""
    if isinstance(node, nodes.math | nodes.math_block):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.raw | nodes.comment):
        return ""
    if isinstance(node, addnodes.desc_signature):
        return node.astext()
    if isinstance(node, addnodes.pending_xref) and not node["refexplicit"]:
        if node["reftype"] in ("doc", "myst"):
            return MARK + node["reftarget"].rpartition("/")[2] + MARK
        if node["reftype"] in UNTITLED:
            return ""
        if node["reftype"] == "numref":
            return "the figure"
        if node["refdomain"] == "cite":
            return cited(node["reftarget"])
    return "".join(map(text_of, node.children))


def cited(keys):
    """Return the first authors that the keys of papers are made of, and the years.

    >>> cited("kingma2015,reddi2018")
    'Kingma 2015, Reddi 2018'
    """
    papers = re.findall(r"([a-z]+)(\d+)", keys)
    return ", ".join(f"{author.capitalize()} {year}" for author, year in papers)


def heading(node):
    """Return the place and the title of what one can search for, or None."""
    if isinstance(node, nodes.section) and isinstance(node.next_node(), nodes.title):
        return node["ids"][0], text_of(node.next_node())
    if isinstance(node, EXERCISES):
        title = node.next_node(nodes.subtitle)
        return node["ids"][0], f"Exercise: {text_of(title)}" if title else "Exercise"
    if isinstance(node, nodes.term | addnodes.desc_signature) and node["ids"]:
        name = node.get("fullname") or text_of(node)
        return node["ids"][0], name
    return None


def read(node, found):
    """Append `[place, title, texts]` to `found` for each part of a page, in order."""
    for child in node.children:
        if isinstance(child, UNREAD):
            continue
        part = heading(child)
        if part:
            found.append([*part, []])
        is_title = isinstance(child, nodes.title | nodes.subtitle | nodes.term)
        if isinstance(child, nodes.TextElement) and not is_title:
            found[-1][2].append(text_of(child))
        elif not is_title:
            read(child, found)


def parts_of(env):
    """Return what was read of each page: {page: [[place, title, text], ...]}."""
    if not hasattr(env, "parts_to_search"):
        env.parts_to_search = {}
    return env.parts_to_search


def parts_in(doctree):
    """Return `[place, title, text]` of each part of a page."""
    found = []
    read(doctree, found)
    return [[place, title, SPACE.sub(" ", " ".join(texts))] for place, title, texts in found]


def remember(app, doctree):
    """Keep what is to be found on a page that was read."""
    parts_of(app.env)[app.env.docname] = parts_in(doctree)


def forget(app, env, page):
    """Forget a page that is read again or gone."""
    parts_of(env).pop(page, None)


def merge(app, env, pages, other):
    """Take over what another process has read."""
    parts_of(env).update({page: parts_of(other)[page] for page in pages})


def texts(app):
    """Return `[address, title, parts]` of each page."""
    titles = {page.rpartition("/")[2]: t.astext() for page, t in app.env.titles.items()}

    def named(text):
        return re.sub(f"{MARK}(.*?){MARK}", lambda mark: titles.get(mark[1], ""), text)

    pages = []
    for page in sorted(app.env.found_docs):
        parts = parts_of(app.env)[page]
        named_parts = [[place, named(title), named(text)] for place, title, text in parts]
        pages.append([app.builder.get_target_uri(page), named_parts[0][1], named_parts])
    return pages


def begin(app):
    """Let Sphinx make no search of its own."""
    app.builder.search = False


def search_page(app):
    """Yield the page that shows what was found to one who pressed Enter."""
    yield "search", {"title": "Search"}, "search.html"


def load_search(app, pagename, templatename, context, doctree):
    """Let every page load what answers, and nothing of what it searches."""
    app.add_js_file("search.js", loading_method="defer")


def write_texts(app, exception):
    """Write the texts and what finds in them, with Sphinx's stemmer and its stop words."""
    if exception:
        return
    data = json.dumps(texts(app), ensure_ascii=False, separators=(",", ":"))
    stop = json.dumps(sorted({*english_stopwords, "vs"}))
    finding = Path(__file__).with_name("finding.js").read_text("utf-8")
    book = f"searchBook(new Book({data}, new Stemmer(), {stop}));\n"
    script = f"{finding}{js_porter_stemmer}\n{book}"
    write_static(Path(app.outdir) / "_static" / "search-texts.js", script)


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", begin)
    app.connect("doctree-read", remember)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", load_search)
    app.connect("build-finished", write_texts)
    # With what is remembered of a page: a build that has it in another form reads all pages anew.
    return {"env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
