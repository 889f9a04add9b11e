"""What the site has of forms, on bare pages of their own, and the narrow tab that opens them."""

from contextlib import contextmanager

from course import exercises
from course.exercises.form import file_script, page_script, style
from course.site.execution import write_static
from course.site.interpreter import write

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="{static}/exercises.css">
<style>
:root {{ background: Canvas; color: CanvasText; color-scheme: light dark }}
@media (prefers-color-scheme: dark) {{ :root {{ background: #121212; color: #ced6dd }} }}
</style>
<script src="{static}/exercises.js" defer></script>
{head}
<main><article class="bd-article"><section><h1>{title}</h1>{body}</section></article></main>
"""


def write_forms(static, names):
    """Write what forms load into the folder `static`; return the forms of exercises as HTML."""
    write_static(static / "exercises.js", page_script({}))
    write_static(static / "exercises.css", style())
    write(static / "exercises", names)
    for name in names:
        write_static(static / "exercises" / f"{name}.js", file_script(exercises.get(name)))
    return "".join(exercises.ask(name)._repr_mimebundle_()[0]["text/html"] for name in names)


@contextmanager
def narrow_tab(browser):
    """Yield a tab with a memory of its own; what goes wrong in a test fails it."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    tab = context.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


def form(page, name="adam"):
    return page.locator(f'.exercise-form[data-name="{name}"]')
