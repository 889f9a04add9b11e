"""What a page of the site consists of: nothing that it does not use, and what others ask it for.

A Sphinx extension. Pictures become WebP; Font Awesome becomes the icons that the
pages show; style sheets lose what selects nothing; MathJax is put together without what no page
loads. Search engines and other sites get a description, a preview and a map of the site.
"""

import base64
import hashlib
import html
import importlib.util
import io
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pydata_sphinx_theme
from docutils import nodes
from fontTools import subset
from PIL import Image, ImageChops, ImageFilter
from sklearn.cluster import KMeans
from sphinx.errors import ConfigError
from sphinx.util.fileutil import copy_asset

import optimlib as ol
from course.exercises import markup
from course.site import colab, face
from course.site.execution import fingerprint, unless_written
from course.site.styles import remembered_rules
from optimlib import figures

# Of MathJax: what its own tex-chtml.js has, but for the menu, and what this loads.
MATHJAX = [
    "startup",
    "core",
    "input/tex",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
]
FONTS = "output/chtml/fonts/woff-v2"
LOADED_BY_MATHJAX = FONTS, "input/tex/extensions"
# Fonts of large brackets, roots and sums, 4 KB each: most pages need some, so the script has them.
LARGE = re.compile(r"%%URL%%/(MathJax_Size\d-Regular\.woff)")
FONT_AWESOME = next(Path(pydata_sphinx_theme.__file__).parent.rglob("vendor/fontawesome/*/css"))
UNUSED = "vendor", "locales", "**/*.map", "**/*macros.html"
# Style sheets and scripts of extensions that every page would load, and what asks for them.
ASKED_FOR_BY = {"sphinx-design": "sd-", "design-tabs": "sd-tab-set"}
# What a page's own lines need while it is read; other scripts wait until it has been.
AT_ONCE = "documentation_options"
OTHERS_STYLES = "styles/*.css", "mystnb.*.css", "sphinx-design*.css", "basic.css", "proof.css"
# How many colors a picture may have, and which difference from the drawn one is not seen.
# Up to 16 would be packed two to a byte, where WebP finds less that repeats; a map of values asks
# for 256, and shows bands before the difference does.
COLORS = 17, 20, 24, 28, 32, 40, 48, 64, 256
UNSEEN = 16
STILL = re.compile(r'src="data:image/png;base64,([^"]*)"')
CODE = re.compile(r'(<div class="highlight"><pre>)(.*?</pre>)', re.S)
# Tokens that have the color of all code in both color schemes.
PLAIN = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')
UNTITLED = {"genindex": "Index", "search": "Search"}
SIGNS = markup.SIGNS | {"sqrt": "√"}  # of formulas in the chapters' first sentences
PREVIEW = "_static/preview.png"
MENDED = (
    # As attributes, sizes tell a browser the shape of a picture that it shows narrower.
    (r'style="width: (\d+)px; height: (\d+)px;"', r'width="\1" height="\2"'),
    # What docutils writes and WAI-ARIA does not allow, or no longer.
    (r' role="doc-biblioentry"', ' role="listitem"'),
    (r'<th[^>]* class="head">\s*(<p></p>)?\s*</th>', "<td></td>"),
    # An id that each exercise of a page has.
    (r' id="(exercise|solution|proof)-content"', ""),
)


# Where the site is


def set_address(app, config):
    """Derive the site's public address from that of the repository, unless it is configured."""
    repository = config.html_theme_options.get("repository_url", "")
    if config.html_baseurl:
        config.html_baseurl = config.html_baseurl.rstrip("/") + "/"
    elif address := colab.published(repository):
        config.html_baseurl = address
    else:
        raise ConfigError(
            "_config.yml: repository: url: must be https://github.com/owner/name, or html: baseurl:"
            f" must say where the site will be published, got url: {repository!r}"
        )


# Pictures


def compress_pictures(app, doctree):
    """Refer to WebP in place of PNG, in two versions for the two color schemes.

    Each states its size, and what is far down is loaded late.
    """
    for position, node in enumerate(list(doctree.findall(nodes.image))):
        path = Path(app.srcdir) / node["uri"].lstrip("/")
        if path.suffix != ".png" or not path.is_relative_to(Path(app.outdir).parent):
            continue
        with Image.open(path) as picture:
            node["width"], node["height"] = (f"{pixels}px" for pixels in picture.size)
            drawing = picture.convert("RGB")
        # Its name is a digest of 64 signs that no page can compress.
        name = path.stem[:16]
        light, dark = (path.with_name(f"{name}{scheme}.webp") for scheme in ("", "-dark"))
        # What the last build wrote is there still.
        if not dark.exists():
            write_webp(drawing, light)
            write_webp(Image.fromarray(face.for_dark(np.asarray(drawing))), dark)
        on_dark = node.deepcopy()
        node["uri"] = node["uri"].replace(path.name, light.name)
        on_dark["uri"] = on_dark["uri"].replace(path.name, dark.name)
        node["classes"].append("only-light")
        on_dark["classes"].append("only-dark")
        on_dark["loading"] = "lazy"
        if position:
            node["loading"] = "lazy"
        node.parent.insert(node.parent.index(node) + 1, on_dark)


def write_webp(drawing, path):
    """Write a drawing as WebP, in the fewest colors that look like its own."""
    for few in in_few_colors(drawing):
        if difference(drawing, few) <= UNSEEN:
            break
    # Whole or not at all, also where a build is interrupted.
    part = path.with_suffix(".part")
    # Methods above 4 take fifty times as long, and gain nothing on drawings.
    few.save(part, "WEBP", lossless=True, quality=100, method=4)
    part.replace(path)


def in_few_colors(drawing):
    """Yield a drawing in each number of `COLORS`, its sheet in the sheet's own color."""
    codes, places, counts = np.unique(
        np.asarray(drawing) @ [1 << 16, 1 << 8, 1], return_inverse=True, return_counts=True
    )
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(float)
    places = places.reshape(drawing.height, drawing.width)
    for count in COLORS:
        far_apart = drawing.quantize(count, Image.Quantize.MAXCOVERAGE, dither=0).getpalette()
        start = np.reshape(far_apart, (-1, 3))[: min(count, len(colors))].astype(float)
        # Pillow's own k-means asks every pixel: three times the time.
        means = KMeans(len(start), init=start, n_init=1).fit(colors, sample_weight=counts)
        few = np.round(means.cluster_centers_)[means.labels_]
        # The page has the sheet's own color: as a mean with its neighbors it would be a slab.
        few[means.labels_ == means.labels_[places[0, 0]]] = colors[places[0, 0]]
        yield Image.fromarray(few.astype(np.uint8)[places])


def difference(one, two):
    """Return by how much two pictures differ, of 255, where the means of 3x3 pixels do so most."""
    signed = ImageChops.subtract(one, two, offset=128).filter(ImageFilter.BoxBlur(1))
    return max(abs(value - 128) for ends in signed.getextrema() for value in ends)


def with_stills_aside(body, images, address):
    """Return a page's text whose explorers' stills are files of the folder `images`.

    It is called `address` there. On paper they are shown, and where there is no JavaScript: most
    visits load none.
    """

    def put_aside(match):
        content = base64.b64decode(match[1])
        path = images / f"still-{hashlib.sha256(content).hexdigest()[:16]}.webp"
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            if not path.exists():
                images.mkdir(parents=True, exist_ok=True)
                write_webp(picture.convert("RGB"), path)
        return f'src="{address}/{path.name}" width="{width}" height="{height}" loading="lazy"'

    return STILL.sub(put_aside, body)


@figures.in_style
def draw_preview(path):
    """Draw what other sites show beside a link to this one."""
    axes = figures.one(figsize=(7.5, 3.9375))
    objective = ol.problems.himmelblau
    figures.contours(objective, axes, levels=24)
    for rule in ol.GradientDescent(lr=0.01), ol.Momentum(lr=0.004), ol.Adam(lr=0.3):
        figures.path(ol.trace(rule, objective, (0.2, -3.8), 60), axes)
    axes.legend(loc="upper left", frameon=True)
    plt.savefig(path)
    plt.close()


# What a page says and loads


def changed_elsewhere(app, env):
    """Name all pages, for they are to be written anew, if what they show of others changed.

    That is the order of the chapters and their titles, and the numbers of figures.
    """
    order = app.config.external_site_map.as_json()
    titles = {page: title.astext() for page, title in env.titles.items()}
    now = [order, titles, dict(env.toc_fignumbers)]
    before, env.shown_elsewhere = getattr(env, "shown_elsewhere", now), now
    return [] if before == now else sorted(env.found_docs)


def beginning(text, most=199):
    """Return the first sentences of a text, as many as fit into so many characters."""
    first, *others = re.split(r"(?<=[.?!]) ", text)
    for sentence in others:
        if len(first) + 1 + len(sentence) > most:
            break
        first += " " + sentence
    return first


def complete(app, pagename, templatename, context, doctree):
    """Describe a page to those who link to it, and let it load only what it uses."""
    body = context.get("body", "")
    for pattern, replacement in MENDED:
        body = re.sub(pattern, replacement, body)
    images = Path(app.outdir, app.builder.imagedir)
    address = context["pathto"](app.builder.imagedir, 1)
    body = with_stills_aside(body, images, address)
    context["body"] = body = CODE.sub(lambda code: code[1] + PLAIN.sub(r"\1", code[2]), body)
    for files in ("css_files", "script_files"):
        context[files] = [
            file
            for file in context[files]
            if all(
                part not in str(file.filename) or asked in body
                for part, asked in ASKED_FOR_BY.items()
            )
        ]
    for script in context["script_files"]:
        if script.filename and AT_ONCE not in str(script.filename):
            script.attributes["defer"] = "defer"

    title = html.unescape(re.sub("<.*?>", "", context.get("title") or UNTITLED[pagename]))
    first = doctree and doctree.next_node(nodes.paragraph)
    description = first.astext() if first else f"{title}: {app.config.html_title}"
    signs = re.sub(r"\\(\w+)", lambda command: SIGNS.get(command[1], command[0]), description)
    description = beginning(signs)
    tags = {
        "og:title": title,
        "og:description": description,
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:url": context["pageurl"],
        "og:image": app.config.html_baseurl + PREVIEW,
        "og:image:alt": "Paths of three optimizers among the level lines of a landscape.",
    }
    lines = [f'<meta property="{name}" content="{html.escape(v)}" />' for name, v in tags.items()]
    lines += [
        f'<meta name="description" content="{html.escape(description)}" />',
        '<meta name="twitter:card" content="summary_large_image" />',
    ]
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *lines])


# What the site holds


def write_mathjax(app):
    """Write one script of MathJax's parts, and copy what it loads: 1.5 MB of its 24."""
    package = importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations[0]
    source, target = Path(package, "static", "mathjax"), Path(app.outdir, "_static", "mathjax")
    for part in LOADED_BY_MATHJAX:
        copy_asset(source / part, target / part)
    # The first begins to work when the script has ended, and is told what it need not load.
    scripts = [source.joinpath(f"{part}.js").read_text("utf-8") for part in MATHJAX]
    loaded = f"MathJax._.components.loader.Loader.preLoad(...{MATHJAX[1:]});"
    script = LARGE.sub(
        lambda font: data_address(reduced(source / FONTS / font[1])),
        "\n".join([*scripts, loaded, ""]),
    )
    target.joinpath("tex-chtml.js").write_text(script, "utf-8")
    for path in target.glob(f"{FONTS}/MathJax_Size*"):
        path.unlink()


def icons(text, style):
    """Return the style sheet of the icons that a site shows, with their fonts inside.

    Parameters
    ----------
    text : str
        All pages and scripts of the site: they name icons by class.
    style : str
        All style sheets of the site: they name icons by code point, escaped or not.

    Returns
    -------
    str
    """
    source = FONT_AWESOME.joinpath("all.min.css").read_text("utf-8")
    used = set(re.findall(r"\bfa[brs]?(?:-[a-z0-9-]+)?\b", text))
    rules = [
        rule
        for rule, selector in re.findall(r"(([^{}]+)\{[^{}@]*\})", source)
        if ":root" in selector or used & set(re.findall(r"\.(fa[\w-]*)", selector))
    ]
    style += "".join(rules)
    points = {ord(character) for character in style if "\ue000" <= character <= "\uf8ff"}
    points |= {int(digits, 16) for digits in re.findall(r'"\\([ef][0-9a-f]{3})"', style)}
    found = re.findall(r"(@font-face\{[^}]*?Awesome\\ 6[^}]*?)src:[^}]*?([\w-]+)\.ttf", source)
    for head, file in found:
        kind = file.split("-")[1]
        if used & {f"fa-{kind}", f"fa{kind[0]}"}:
            font = reduced(FONT_AWESOME.parent / f"webfonts/{file}.ttf", points)
            rules.append(f'{head}src:url("{data_address(font)}") format("woff")}}')
    return "\n".join(rules)


def data_address(font):
    """Return an address that is a WOFF font itself."""
    return f"data:font/woff;base64,{base64.b64encode(font).decode()}"


def reduced(path, points=None):
    """Return the font at `path` with the glyphs of these code points, or of all, as WOFF.

    What only those need who edit fonts is left out.
    """
    options = subset.Options(flavor="woff")
    options.drop_tables += ["FFTM"]
    font = subset.load_font(path, options)
    if points is None:
        points = font.getBestCmap()
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return file.getvalue()


def remove_old_pages(app):
    """Remove the pages and sources of documents that are no longer in the book."""
    for folder in Path(app.outdir), Path(app.outdir, "_sources"):
        for path in [path for path in folder.glob("chapters/**/*") if path.is_file()]:
            if path.relative_to(folder).with_suffix("").as_posix() not in app.env.found_docs:
                path.unlink()


def finish(app, exception):
    """Write the icons and the site's map; take away what no page asks for or selects."""
    if exception:
        return
    remove_old_pages(app)
    site, static = Path(app.outdir), Path(app.outdir, "_static")
    for path in [path for pattern in UNUSED for path in static.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def text(*patterns):
        paths = sorted(path for pattern in patterns for path in site.glob(pattern))
        return "\n".join(path.read_text("utf-8") for path in paths)

    pages = text("*.html", "chapters/**/*.html")
    shown = set(re.findall(r"_images/([\w.-]+)", pages))
    for path in site.joinpath(app.builder.imagedir).glob("*"):
        if path.name not in shown:
            path.unlink()
    scripts = text("_static/*.js", "_static/scripts/*.js")
    # Most lie there many times.
    words = set(re.findall(r"[\w-]+", " ".join({*pages.split(), *scripts.split()})))
    for path in [path for pattern in OTHERS_STYLES for path in static.glob(pattern)]:
        rules = remembered_rules(path.read_text("utf-8"), words, Path(app.doctreedir, "styles"))
        path.write_text(rules, "utf-8")
    pages_and_scripts = pages + text("_static/scripts/*.js")
    styles = text("_static/*.css", "_static/styles/*.css")
    static.joinpath("icons.css").write_text(icons(pages_and_scripts, styles), encoding="utf-8")
    mark = static / ".preview"
    unless_written(mark, fingerprint(Path(app.srcdir)), lambda: draw_preview(site / PREVIEW))

    urls = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(app.env.found_docs):
        address = app.config.html_baseurl + app.builder.get_target_uri(page)
        ElementTree.SubElement(ElementTree.SubElement(urls, "url"), "loc").text = address
    ElementTree.ElementTree(urls).write(
        site / "sitemap.xml", encoding="utf-8", xml_declaration=True
    )


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", set_address)
    app.connect("builder-inited", write_mathjax)
    # After Sphinx has numbered the figures.
    app.connect("env-get-updated", changed_elsewhere, priority=900)
    # Before Sphinx lists a page's pictures.
    app.connect("doctree-read", compress_pictures, priority=400)
    # After extensions have added their files.
    app.connect("html-page-context", complete, priority=900)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
