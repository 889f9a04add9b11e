"""The converter of the page of conventions, on a bare page from the disk, as without a kernel."""

import json

import pytest
from browsing import CHROMIUM
from golden import make_packages

from course.conversions import page as conversions

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser is installed")
FOLDER = make_packages.HERE


@pytest.fixture
def opened(tab, tmp_path):
    """Return a tab that shows the converter."""
    content = json.loads((FOLDER / "packages.json").read_text())
    shown = conversions.converter(content)._repr_html_()
    file = tmp_path / "page.html"
    file.write_text(f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><main>{shown}</main>')
    tab.goto(file.as_uri())
    return tab


def answer(tab, first, second, **settings):
    """Choose the two optimizers, set the first, and return what is said."""
    tab.get_by_label("From", exact=True).select_option(label=first)
    tab.get_by_label("To", exact=True).select_option(label=second)
    for name, value in settings.items():
        tab.get_by_label(name, exact=True).fill(value)
    return tab.locator(".converter [aria-live]").inner_text()


def test_a_call_or_a_reason_is_shown(opened):
    keras, torch = "keras.optimizers.Adam(amsgrad=False)", "torch.optim.Adam(amsgrad=False)"
    assert "ε is added before the correction" in answer(opened, keras, torch)
    same = answer(opened, keras, torch, epsilon="0", learning_rate="0.25")
    assert "torch.optim.Adam(params, lr=0.25, betas=(0.9, 0.999), eps=0.0, weight_decay=0.0" in same
    assert "λ" in answer(opened, keras, torch, epsilon="0", weight_decay="0.1")
    assert "two rules" in answer(opened, keras, "lion_pytorch.Lion")
    assert answer(opened, keras, torch, epsilon="a") == "epsilon must be a number."
    wrong = answer(opened, torch, keras, lr="-0.1")
    assert wrong == "lr must be > 0, got -0.1."
