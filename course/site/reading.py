"""What one takes along from a page: formulas that are copied, and a report on a section.

A Sphinx extension; `reading.js` does both.
"""


def add_line(app, config):
    """Let each page end with a line that opens an issue."""
    config.html_theme_options["article_footer_items"] = ["feedback.html"]


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", add_line)
    app.add_js_file("reading.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
