"""Execute chapters and store their outputs in the one form that is committed.

    python -m course.site.notebooks [CHAPTER.ipynb ...]      (without arguments: all of them)

Text outputs are kept for nbval to compare. Pictures and widget views are dropped, and so is
all metadata that an editor leaves behind.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import nbformat

from course import ROOT
from course.site import colab
from course.site.execution import ChapterError, execute_all, name

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    # For `jupyter nbconvert --to script`, which writes a text file otherwise.
    "language_info": {"file_extension": ".py", "name": "python", "nbconvert_exporter": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def load(path):
    """Read a notebook, giving an id made from its text to every cell that has none."""
    raw = json.loads(path.read_text("utf-8"))
    taken = {cell.get("id") for cell in raw["cells"]}
    for cell in raw["cells"]:
        source = "".join(cell["source"])
        salt = 0
        while not cell.get("id"):
            new = hashlib.sha256(f"{salt}{source}".encode()).hexdigest()[:8]
            if new not in taken:
                cell["id"] = new
                taken.add(new)
            salt += 1
    raw["nbformat_minor"] = 5
    return nbformat.reads(json.dumps(raw), as_version=4)


def set_colab_cell(notebook, path):
    """Make the first code cell the one for Colab."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code or "google.colab" not in code[0].source:
        notebook.cells.insert(1, nbformat.v4.new_code_cell(id="colab"))
        code.insert(0, notebook.cells[1])
    code[0].source = colab.cell(path)
    code[0].metadata = nbformat.from_dict({"tags": ["remove-cell"]})


def normalize(notebook):
    """Drop from an executed notebook, in place, all that is not committed."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in ("mystnb", "tags") if key in cell.metadata}
        )
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _text_of(output))]


def _text_of(output):
    if "data" not in output:
        return output
    for mime in list(output.data):
        if mime == WIDGET or mime.startswith("image/") or is_explorer(output, mime):
            del output.data[mime]
            output.metadata.pop(mime, None)
    return output if output.data else None


def is_explorer(output, mime):
    """Tell whether this is an explorer's figure or a table of packages: made anew for the site."""
    made_anew = 'class="explorer-still"', 'class="conversions"'
    return mime == "text/html" and any(mark in output.data[mime] for mark in made_anew)


def write(notebook, path):
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chapters", nargs="*", type=Path, metavar="CHAPTER.ipynb")
    paths = parser.parse_args(arguments).chapters
    if not paths:
        chapters = sorted((ROOT / "chapters").rglob("*.ipynb"))
        paths = [path for path in chapters if ".ipynb_checkpoints" not in path.parts]

    notebooks = {}
    for path in paths:
        try:
            notebook = load(path)
        except (OSError, ValueError, KeyError, TypeError):
            parser.error(f"not a notebook: {path}")
        set_colab_cell(notebook, path)
        notebooks[path.resolve()] = notebook

    def store(path, seconds):
        normalize(notebooks[path])
        write(notebooks[path], path)
        print(f"stored {name(path)} ({seconds:.1f} s)", flush=True)

    try:
        execute_all(notebooks, done=store)
    except ChapterError as error:
        sys.exit(f"not stored:\n\n{error}")


if __name__ == "__main__":
    main(sys.argv[1:])
