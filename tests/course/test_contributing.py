"""The examples of CONTRIBUTING.md run as they stand there, in at most ten lines each."""

import re

import pytest

from course import ROOT

TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
IMPORTS, *EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.split("(")[0].split()[-1] for e in EXAMPLES])
def test_explorer(example):
    assert len(example.splitlines()) <= 10
    *before, call = re.split(r"^(?=explorers\.)", example, flags=re.MULTILINE)
    namespace = {}
    exec(IMPORTS + "".join(before), namespace)
    explorer = eval(call.strip(), namespace)
    assert 'class="explorer-still"' in explorer._repr_mimebundle_()[0]["text/html"]
