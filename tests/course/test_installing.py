"""Every line that installs something names what is here, or a pinned package that we know."""

import ast
import re
import shlex
import tomllib

import nbformat
import pytest
import yaml
from environments import tracked
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from course import ROOT
from course.site.colab import CLONE, repository

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].keys()
LOCKS = [(ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in ("dev", "grading")]
# Public packages: those of the locks, and what one installs to change the course's code.
KNOWN = {"mutmut", *re.findall(r"^([\w.-]+)==", "\n".join(LOCKS), flags=re.MULTILINE)}
WITH_VALUE = "--resolution", "--python"


def installs(text):
    """Yield what stands after `pip install` in a text, to the line's end or a closing backtick."""
    for line in text.replace("\\\n", " ").splitlines():
        for _, rest in re.findall(r"(\bpip3? install\b)([^`]*)", line):
            yield rest.strip()


def texts(path):
    """Yield what a reader of a file sees as a text: a cell of a notebook, a step of a workflow."""
    if path.suffix == ".ipynb":
        yield from (cell.source for cell in nbformat.read(path, as_version=4).cells)
    elif path.parent.name == "workflows":
        jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
        yield from (step.get("run", "") for job in jobs for step in job["steps"])
    else:
        yield path.read_text("utf-8")


def wrong(arguments, text, installed=False):
    """Return what is wrong with the arguments of `pip install`, which stand in a text."""
    words = iter(shlex.split(arguments, comments=True))
    for word in words:
        if word in ("-r", "-c"):
            if not (ROOT / (file := next(words))).is_file():
                return f"there is no file {file}"
        elif word in WITH_VALUE:
            next(words)
        elif not word.startswith("-") and (complaint := wrong_package(word, text, installed)):
            return complaint
    return None


def wrong_package(word, text, installed):
    """Return what is wrong with a package: a path, an address, or a name on the index."""
    extras = re.findall(r"[\w-]+", "".join(re.findall(r"\[(.*?)\]", word)))
    if unknown := set(extras) - EXTRAS:
        return f"there is no extra {unknown.pop()}"
    place = word.partition("[")[0]
    if place.startswith("."):
        cloned = place == f"./{CLONE}" and f"git clone -q --depth 1 {{url}} {CLONE}\n" in text
        return None if cloned or (ROOT / place).is_dir() else f"there is no folder {place}"
    try:
        package = Requirement(word.replace("{url}", repository()))
    except InvalidRequirement as error:
        return str(error)
    if package.name == PROJECT["name"]:
        ours = installed or package.url == f"git+{repository()}"
        return None if ours else "the index does not have this distribution"
    if canonicalize_name(package.name) not in KNOWN:
        return f"{package.name} is no package that we know"
    if [part.operator for part in package.specifier] != ["=="]:
        return f"{package.name} is not pinned"
    return None


def test_every_line_that_installs_something():
    found, complaints = 0, []
    # What the tests have hostile students install is not ours.
    for path in (ROOT / name for name in tracked() if not name.startswith("tests/")):
        if path.suffix == ".png":
            continue
        installed = path.is_relative_to(ROOT / "optimlib")
        for text in texts(path):
            for arguments in installs(text):
                if path.suffix == ".py" and "{" in arguments:
                    continue  # what it makes stands in notebooks, or is tested as an error's text
                found += 1
                if complaint := wrong(arguments, text, installed):
                    complaints.append(f"{path.relative_to(ROOT)}: {arguments}: {complaint}")
    assert complaints == []
    assert found > 40


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("course", "course is no package that we know"),
        ("--quiet optimlib", "optimlib is no package that we know"),
        ("optimlib==1.5", "optimlib is no package that we know"),
        ("scipy", "scipy is not pinned"),
        ("'scipy>=1.14'", "scipy is not pinned"),
        ("-r locks/dev.txt", "there is no file locks/dev.txt"),
        ("-e ./course-of-others", "there is no folder ./course-of-others"),
        (f"./{CLONE}", f"there is no folder ./{CLONE}"),
        ("'.[everything]'", "there is no extra everything"),
        ("'deep-learning-optimizers[fast]'", "the index does not have this distribution"),
        ("'deep-learning-optimizers @ git+https://x.org/y'", "the index does not have"),
        ("scipy==1.17.1, or so", "or is no package that we know"),
    ],
)
def test_what_is_wrong_is_named(arguments, complaint):
    assert complaint in wrong(arguments, text="")


def test_lines_are_found():
    text = "    %pip install a==1\nSay `uv pip install b==2 \\\n -r c.txt`, or `pip install d`."
    assert list(installs(text)) == ["a==1", "b==2   -r c.txt", "d"]


def test_error_messages_name_extras_that_exist():
    named = {
        node.args[0].value
        for path in (ROOT / "optimlib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "extra"
    }
    assert named == EXTRAS - {"chapters"}


# The package's page


def addresses(text):
    """Return all addresses in a text that name the owner's repository or site."""
    return re.findall(r"https://[\w.-]*github[\w.-]*\.[\w./-]*[\w/]", text)


def place(address):
    """Return what an address of the repository leads to, or raise a ValueError."""
    owner, name = repository().removeprefix("https://github.com/").split("/")
    for start in (
        f"https://{owner}.github.io/{name}/",
        f"https://raw.githubusercontent.com/{owner}/{name}/main/",
        f"{repository()}/blob/main/",
        f"{repository()}/",
        repository(),
    ):
        if address.startswith(start):
            return address.removeprefix(start)
    raise ValueError(f"{address} is not an address of {repository()}")


@pytest.mark.parametrize("file", ["README.md", "pyproject.toml"])
def test_addresses_are_those_of_the_configuration(file):
    found = {place(address) for address in addresses((ROOT / file).read_text("utf-8"))}
    assert {"", "CHANGELOG.md"} <= found
    assert [path for path in found - {"issues"} if not (ROOT / path).exists()] == []


def test_an_address_of_another_owner_is_noticed():
    text = "[a](https://github.com/else/deep-learning-optimizers/blob/main/LICENSE)."
    (address,) = addresses(text)
    with pytest.raises(ValueError, match="not an address of"):
        place(address)


def test_the_readme_refers_to_nothing_beside_it():
    """As the package's page it stands alone."""
    text = (ROOT / "README.md").read_text("utf-8")
    code = re.compile(r"```.*?```|`[^`]*`", flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)]*)\)|^\[.*\]: (.*)$", code.sub("", text), flags=re.MULTILINE)
    assert [a + b for a, b in targets if not (a + b).startswith("https://")] == []
    assert len(targets) > 8


def test_authors_are_those_of_the_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert PROJECT["authors"] == citation["authors"]
    assert PROJECT["version"] == citation["version"]
    assert PROJECT["keywords"] == citation["keywords"]
