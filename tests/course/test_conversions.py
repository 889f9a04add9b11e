"""What packages do, as golden/make_packages.py recorded it, beside the rules and their settings."""

import json
from dataclasses import fields, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from golden import make_packages as made
from looping import each

import optimlib as ol
from course.conversions import FORMS, OTHERS, form_of, page, rule_of
from course.conversions.routes import Route, follow, route
from course.conversions.schedules import SCHEDULES
from optimlib.identify.adapters import Fed

RECORDED = json.loads((Path(made.__file__).parent / "packages.json").read_text())
OPTIMIZERS = {f"{r['package']} {r['optimizer']}": r for r in RECORDED["optimizers"]}
RUNS = {
    f"{name} {json.dumps(run['settings'])}": (name, run)
    for name, record in OPTIMIZERS.items()
    for run in record["runs"]
}
RATES = {"lr", "learning_rate", "learning_rate_init"}
ALL = {f"{name} {i}": (name, form) for name in FORMS for i, form in enumerate(FORMS[name])}


def complete(name, settings):
    """Return all settings of an optimizer, the default ones too."""
    package = OPTIMIZERS[name]["package"]
    rate = {"keras": "learning_rate", "optax": "learning_rate", "sklearn": "learning_rate_init"}
    always = made.ALWAYS.get(tuple(name.split(" ")), {})
    lr = {rate.get(package, "lr"): made.ETA}
    return OPTIMIZERS[name]["defaults"] | lr | always | settings


def in_blocks(rule, shape):
    """Return the rule, one of matrices put into Blocks, in what is around it."""
    if isinstance(rule, ol.Wrapper):
        return replace(rule, rule=in_blocks(rule.rule, shape))
    return ol.Blocks({"rest": rule}, {"w": shape}) if isinstance(rule, ol.MatrixRule) else rule


def path(form, settings, kind, size=1.0):
    """Return the points of the rule, under the gradients that were recorded with."""
    return walk(rule_of(form, settings), form.seen, kind, size)


@cache
def walk(rule, seen, kind, size):
    start = np.array(made.STARTS[kind])
    rule, fed = in_blocks(rule, start.shape), Fed()
    w, points = start.reshape(-1, 1), []
    state = rule.initial(w)
    for t in range(1, made.STEPS + 1):
        fed.g = size * np.reshape(made.gradient(kind, t), (-1, 1))
        record = rule.at(t).advance(t, w, state, fed)
        w, state = record["w"], [record[name] for name in rule.state]
        shown = rule.look_ahead(w, *state) if seen else w
        points.append(shown.reshape(start.shape))
    return np.array(points)


def of_run(name, run):
    settings = complete(name, run["settings"])
    return form_of(*name.split(" "), settings), settings


def far(first, second):
    return float(np.max(np.abs(np.nan_to_num(first) - np.nan_to_num(second))))


@each("name, run", RUNS)
def test_the_rule_takes_the_recorded_steps(name, run):
    form, settings = of_run(name, run)
    if form:
        assert far(path(form, settings, OPTIMIZERS[name]["start"]), run["points"]) <= form.tolerance
    else:
        assert name in OTHERS


def test_each_form_was_recorded_or_is_that_of_a_recorded_one_with_a_flag():
    recorded = [form for name, run in RUNS.values() if (form := of_run(name, run)[0])]
    flags = {"nesterov", "amsgrad", "centered", "eps_in_sqrt", "rectify"}
    others = [name for name, form in ALL.values() if form not in recorded and not form.given]
    assert others == []
    assert {key for _, f in ALL.values() if f not in recorded for key in f.given} <= flags


def flipped(form):
    """Yield the form with one of its options otherwise."""
    defaults = {f.name: f.default for f in fields(getattr(ol, form.rule))}
    for name, value in form.options.items():
        other = not value if isinstance(value, bool) else defaults[name]
        needed = {"bias_correction": "max_of_corrected", "average": "bias_correction"}
        if other != value and not form.options.get(needed.get(name)):
            yield name, replace(form, options={**form.options, name: other})
    if form.folded:
        yield "folded", replace(form, folded=False)


# Options that make no difference in these runs: on vectors, or at these gradients.
SAME = {"at_threshold", "average", "beta2", "capped", "clamped", "eps", "factored"}


@each("name, form", ALL)
def test_another_option_does_not_fit(name, form):
    runs = [run for run in OPTIMIZERS[name]["runs"] if of_run(name, run)[0] == form]
    kind = OPTIMIZERS[name]["start"]
    for option, wrong in flipped(form) if runs else ():
        worst = max(far(path(wrong, of_run(name, r)[1], kind), r["points"]) for r in runs)
        assert worst > form.tolerance or option in SAME, option


@each("name, form", ALL)
def test_another_rate_does_not_fit(name, form):
    run = OPTIMIZERS[name]["runs"][0]
    fitting, settings = of_run(name, run)
    if fitting == form:
        (rate,) = RATES & settings.keys()
        points = path(form, settings | {rate: 0.09}, OPTIMIZERS[name]["start"])
        assert far(points, run["points"]) > form.tolerance


def test_many_optimizers_of_many_packages():
    assert len(OPTIMIZERS) >= 60
    assert len({record["package"] for record in OPTIMIZERS.values()}) >= 12
    assert FORMS.keys() | OTHERS.keys() == OPTIMIZERS.keys()


@pytest.fixture(scope="module")
def packages():
    missing = [package for package in made.FROM if not find_spec(package)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}: only stored runs count")
    made.prepare()


def test_the_installed_packages_do_what_is_stored(packages):
    for now, (name, before) in zip(made.optimizers(), OPTIMIZERS.items(), strict=True):
        for run, stored in zip(now["runs"], before["runs"], strict=True):
            assert far(np.array(run["points"]), stored["points"]) <= 1e-6, name


PAIRS = {
    f"{a} to {b}": (first, second)
    for a, first in ALL.items()
    for b, second in ALL.items()
    if a != b and first[1].rule == second[1].rule
}


def settings_of(name, form):
    """Yield settings at which this is the form: those recorded, and with what must be 0 at 0."""
    for run in ({}, OPTIMIZERS[name]["runs"][1]["settings"]):
        settings = complete(name, run) | form.given
        yield settings
        yield settings | dict.fromkeys(RATES & settings.keys(), 3.0)
        zero = {"eps", "epsilon", "weight_decay", "dampening", "momentum", "lr_decay", "eps_root"}
        single = {key for key in zero & form.targets().keys() if len(form.targets()[key]) == 1}
        yield settings | dict.fromkeys(single, 0.0)


@np.errstate(divide="ignore", invalid="ignore")
@each("first, second", PAIRS)
def test_a_conversion_takes_the_same_steps_and_what_is_refused_does_not(first, second):
    (name, form), (_, wanted) = first, second
    found, kind = route(form, wanted), OPTIMIZERS[name]["start"]
    kind = "matrix" if form.rule == "Adafactor" else kind
    carried = route(form, replace(wanted, options=form.options))
    apart = []
    for settings in settings_of(name, form):
        points = path(form, settings, kind)
        ported, _ = follow(found, settings)
        if ported:
            assert far(path(wanted, ported | dict(wanted.given), kind), points) <= 1e-9
        elif found.no and not carried.no:
            values, _ = follow(Route(carried.settings), settings)
            for size in (1.0, 1e-8):
                off = far(path(wanted, values, kind, size), path(form, settings, kind, size))
                apart.append(off > 1e-9)
    assert not apart or any(apart), found.no


def test_packages_take_the_steps_of_what_was_converted_for_them(packages):
    def walked(name, form, settings):
        kind = OPTIMIZERS[name]["start"]
        own = {key: settings[key] for key in form.targets()} | dict(form.given)
        gradients = [made.gradient(kind, t) for t in range(1, made.STEPS + 1)]
        return np.array(made.points(*name.split(" "), own, made.STARTS[kind], gradients))

    for title, ((name, form), (other, wanted)) in PAIRS.items():
        for settings in settings_of(name, form):
            ported, _ = follow(route(form, wanted), settings)
            if ported:
                off = far(walked(name, form, settings), walked(other, wanted, ported))
                assert off <= 2 * max(form.tolerance, wanted.tolerance), (title, settings, off)


def test_the_pages_script_follows_the_routes_as_python_does():
    """With the settings shown at first: all pairs, by the same words and numbers."""
    from engine import engine_of

    script = page.modules()["following.js"]
    engine = engine_of("following.js", {"following.js": script})
    data = page.conversions(RECORDED)
    listed = list(page.everything(RECORDED))
    refused = offered = 0
    for pair in data["routes"]:
        i, j = map(int, pair.split())
        settings = data["forms"][i]["settings"]
        values, reason = follow(route(listed[i][1], listed[j][1]), settings)
        told = json.dumps([data["routes"][pair], settings])
        shown = json.loads(engine.eval(f"JSON.stringify(follow(...{told}))"))
        assert shown == ({"no": reason} if reason else {"settings": values})
        offered, refused = offered + (values is not None), refused + (values is None)
    assert offered > 100 < refused


@pytest.fixture(scope="module")
def answered():
    """Return what the converter says from one optimizer to another, at some settings."""
    from engine import engine_of

    data, linked = page.conversions(RECORDED), page.modules()
    engine = engine_of("converter.js", linked)
    engine.eval(f"const data = {json.dumps(data)};")
    called = [form["called"] for form in data["forms"]]

    def answer(first, second, **settings):
        i, j = called.index(first), called.index(second)
        told = json.dumps(data["forms"][i]["settings"] | settings)
        return json.loads(engine.eval(f"JSON.stringify(answer(data, {i}, {j}, {told}))"))

    at_first = "data.forms.map(({settings}, i) => answer(data, i, i, settings)[0])"
    answer.at_first = json.loads(engine.eval(f"JSON.stringify({at_first})"))
    return answer


def test_the_settings_shown_at_first_are_taken(answered):
    assert set(answered.at_first) == {"The same optimizer."}


TORCH, KERAS = "torch.optim.Adam", "keras.optimizers.Adam"


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        (TORCH, {"lr": -0.1}, "lr must be > 0, got -0.1."),
        (TORCH, {"betas": [0.9, 1]}, "betas[1] must be ≥ 0 and < 1, got 1."),
        (TORCH, {"weight_decay": -1}, "weight_decay must be ≥ 0, got -1."),
        (KERAS, {"epsilon": None}, "epsilon must be a number."),
        ("torch.optim.Adafactor", {"beta2_decay": 0.8}, "beta2_decay must be < 0, got 0.8."),
        ("optimi.Ranger", {"k": 0}, "k must be ≥ 1, got 0."),
        ("optimi.Ranger", {"k": 1.5}, "k must be a whole number, got 1.5."),
    ],
)
def test_what_is_no_setting_is_refused(answered, name, settings, words):
    assert answered(name, TORCH, **settings) == [words]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        (TORCH, "torch.optim.Adam(params, lr=0.001"),
        (KERAS, "keras.optimizers.Adam(learning_rate=0.001"),
        ("optax.contrib.adopt", "optax.contrib.adopt(learning_rate=0.001"),
        (
            "timm.optim.lion",
            'timm.optim.get_optimizer_class("lion", bind_defaults=False)(params, lr=0.0001',
        ),
    ],
)
def test_a_call_begins_as_the_package_asks(answered, name, begins):
    assert answered(name, name)[1].startswith(begins)


def test_schedules_have_the_recorded_rates():
    for record in RECORDED["schedules"]:
        schedule = SCHEDULES[f"{record['package']} {record['schedule']}"]
        if isinstance(schedule, str):
            continue
        rates = record["rates"][:10] if record["schedule"] == "OneCycleLR" else record["rates"]
        ours = [schedule(t) for t in range(1, len(rates) + 1)]
        late = [schedule(t + 1) for t in range(1, len(rates) + 1)]
        assert far(np.array(ours), rates) <= 1e-6, record["schedule"]
        assert far(np.array(late), rates) > 1e-3, record["schedule"]
    assert {f"{r['package']} {r['schedule']}" for r in RECORDED["schedules"]} == SCHEDULES.keys()
