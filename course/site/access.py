"""What a page says to those who hear it: a Sphinx extension that completes its HTML.

Titles of exercises are headings below those of their section, tables are called as the region that
they fill, as the bold words before them or as their section, and cells at their head say what they
head. `static/access.js` does the rest in the browser.
"""

import re

MARK = re.compile(
    r'<section\b|</section>|<h[1-6]>(?P<title>.*?)<a class="headerlink"'
    r'|<div class="exercise [^>]*>\s*<p class="admonition-title"(?P<exercise>)'
    r"|<p><strong>(?P<lead>[^<]*)</strong>(?=(?:(?!</?p>).)*</p>\s*(?:<div[^>]*>)?<table)"
    r'|(?:aria-label="(?P<region>[^"]*)"[^>]*>\s*)?<table\b[^>]*>(?P<table>)(?!\s*<caption)'
    r"|<th\b(?![^>]*scope)(?P<head>)",
    re.DOTALL,
)
# A second table of a name is called by what heads its first column, too.
FIRST_HEAD = re.compile(r"\s*<thead>\s*<tr[^>]*>\s*<th[^>]*>(.*?)</th>", re.DOTALL)
CAPTION = '<caption class="visually-hidden">{}</caption>'


def completed(body):
    """Return a page's HTML with what its titles, tables and cells are.

    >>> completed('<section><h1>Adam<a class="headerlink"></a></h1><table><th>t</th>')[-83:]
    '<table><caption class="visually-hidden">Table: Adam</caption><th scope="col">t</th>'
    >>> completed('<div aria-label="Keras" role="region"><table>')[-62:]
    '<table><caption class="visually-hidden">Table: Keras</caption>'
    >>> completed('<p><strong>Six weeks</strong>, for all:</p><table>')[-66:]
    '<table><caption class="visually-hidden">Table: Six weeks</caption>'
    """
    depth, title, lead, named = 0, "", "", set()

    def complete(mark):
        nonlocal depth, title, lead
        text = mark[0]
        if text == "<section":
            depth += 1
        elif text == "</section>":
            depth -= 1
        elif mark["title"] is not None:
            title = re.sub(r"<.*?>", "", mark["title"])
        elif mark["lead"] is not None:
            lead = mark["lead"]
        elif mark["exercise"] is not None:
            return f'{text} role="heading" aria-level="{depth + 1}"'
        elif mark["table"] is not None:
            name, lead = mark["region"] or lead or title, ""
            if name in named and (head := FIRST_HEAD.match(body, mark.end())):
                name += f": {re.sub('<.*?>', '', head[1])}"
            named.add(name)
            return text + CAPTION.format(f"Table: {name}")
        else:
            return f'{text} scope="col"'
        return text

    return MARK.sub(complete, body)


def complete_page(app, pagename, templatename, context, doctree):
    """Complete a page, and let it load the script that completes what others' scripts make."""
    if doctree:
        # A name that hides the one that is seen: "Show code cell source".
        body = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")
        context["body"] = completed(body)
    app.add_js_file("access.js", loading_method="defer")


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", complete_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
