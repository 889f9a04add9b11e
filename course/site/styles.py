"""Style sheets without the rules that select nothing on the site."""

import hashlib
import re

import tinycss2

# In parentheses stands what an element may be or must not be. A backslash is part of a name.
PARENTHESES = re.compile(r"\([^()]*\)")
NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")
# Bootstrap's script puts these names together.
MADE = "bs-tooltip"


def can_select(selector, words):
    """Tell whether all classes and ids that a selector asks for are among the words.

    >>> can_select(".btn.show > p:not(.card)", {"btn", "show"})
    True
    >>> can_select("#top .card", {"top"})
    False
    """
    while PARENTHESES.search(selector):
        selector = PARENTHESES.sub("", selector)
    names = (re.sub(r"\\(.)", r"\1", name) for name in NAME.findall(selector))
    return all(name in words or name.startswith(MADE) for name in names)


def selectors(prelude):
    """Yield the selectors of a rule as texts."""
    part = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(token)
    yield tinycss2.serialize(part).strip()


def remembered_rules(style, words, folder):
    """Return what `used_rules` does, from a file of the folder if it was asked before."""
    among = sorted(words & set(re.findall(r"[\w-]+", style)))
    path = folder / hashlib.sha256(f"{among}{style}".encode()).hexdigest()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(used_rules(style, words), "utf-8")
    return path.read_text("utf-8")


def used_rules(style, words):
    """Return a style sheet without the selectors that ask for a class or an id not in `words`.

    Parameters
    ----------
    style : str or list
        Its text, or the tokens of a block of it.
    words : set of str
        All words of the site's pages and scripts.

    Returns
    -------
    str

    Examples
    --------
    >>> used_rules(".btn, .card {color: red} @media print {.card {top: 0}}", {"btn"})
    '.btn{color: red}'
    """
    rules = []
    for rule in tinycss2.parse_rule_list(style, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.at_keyword in ("media", "supports", "layer"):
            inner = used_rules(rule.content, words) if rule.content is not None else ""
            if inner:
                prelude = tinycss2.serialize(rule.prelude).strip()
                rules.append(f"@{rule.at_keyword} {prelude}{{{inner}}}")
        elif rule.type == "qualified-rule":
            kept = [s for s in selectors(rule.prelude) if can_select(s, words)]
            if kept:
                rules.append(f"{','.join(kept)}{{{tinycss2.serialize(rule.content).strip()}}}")
        else:
            rules.append(rule.serialize())
    return "\n".join(rules)
