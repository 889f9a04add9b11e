"""The generated JavaScript, run by V8: its numbers are NumPy's, its by-hand lines `by_hand`'s."""

import json
import re
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

import cases
import numpy as np
import own_code
import pytest
from engine import engine_of, engine_of_everything, floats

import optimlib as ol
from optimlib.explorers.code import problem_code, rule_code
from optimlib.expression import OPERATORS, Call, evaluate, record_problem
from optimlib.javascript import key, reference
from optimlib.symbols import number_text

# Runs a rule as an explorer does, one coordinate after the other, and returns for every step the
# gradient, each name and the new point, in every coordinate.
RUN = """
const run = (entry, ground, start, steps) => {
  const rule = ruleOf(entry), h = entry.hyperparameters, out = [];
  const { grad } = codeOf(ground), p = ground.parameters;
  let w = start, states = start.map((x) => rule.initial(h, x));
  for (let t = 1; t <= steps; t++) {
    const at = rule.lookAhead ? w.map((x, i) => rule.lookAhead(h, x, ...states[i])) : w;
    const g = grad(p, t, ...at);
    const values = w.map((x, i) => rule.update(h, t, g[i], x, ...states[i]));
    states = values.map((v) => rule.state.map((n) => v[rule.names.indexOf(n)]));
    w = w.map((x, i) => x + values[i][rule.names.indexOf("step")]);
    out.push(...g, ...rule.names.flatMap((_, n) => values.map((v) => v[n])), ...w);
  }
  return out;
};
"""


@cache
def engine():
    made = engine_of_everything()
    made.eval(RUN)
    return made


def value(expression):
    """Return the numbers that a JavaScript expression in the library has, as a flat array."""
    return floats(engine(), f"[{expression}].flat(Infinity)")


def js(x):
    return json.dumps(x, default=lambda array: array.tolist())


def ground(objective):
    return problem_code(objective) | {"variables": objective.variables}


RULES = json.loads(engine().eval("JSON.stringify(Object.keys(RULES))"))
PROBLEMS = json.loads(engine().eval("JSON.stringify(Object.keys(PROBLEMS))"))
SCHEDULES = json.loads(engine().eval("JSON.stringify(Object.keys(SCHEDULES))"))


def rule_named(name, lr=None):
    """Return the rule that a key of the library stands for, or one of somebody's own."""
    if name in own_code.RULES:
        return own_code.RULES[name](lr=lr or 0.1)
    arguments = name[name.index("(") :] if "(" in name else "()"
    # An optional hyperparameter stands in a key without its value.
    options = [o if "=" in o else f"{o}=0.25" for o in arguments[1:-1].split(", ") if o]
    rate = [f"lr={lr!r}"] if lr else ["lr=0.1"] if name.startswith(NEED_RATE) else []
    return eval(f"ol.{name.partition('(')[0]}({', '.join([*rate, *options])})", {"ol": ol})


NEED_RATE = tuple(
    cls.__name__
    for cls in vars(ol).values()
    if isinstance(cls, type)
    and issubclass(cls, ol.Rule)
    and not isinstance(getattr(cls, "lr", None), float)
)


# The functions that V8 and NumPy do not always round alike; all else is exactly the same.
ELEMENTARY = (np.power, np.exp, np.cos, np.sin, np.cosh, np.sinh, np.tanh)


def calls(node):
    """Return the functions that a tree calls."""
    if not isinstance(node, Call):
        return set()
    return {node.function}.union(*map(calls, node.arguments))


def off(value, random):
    """Return `value`, an array, with errors in the last place in all columns but the first."""
    noise = (random.random(value.shape) - 0.5) * 2 * np.finfo(float).eps
    noise[..., 0] = 0
    return value * (1 + noise)


class Base(np.ndarray):
    """A hyperparameter in each column whose powers are off."""

    random = np.random.default_rng(1)

    def __pow__(self, exponent):
        if exponent == 2:
            return np.asarray(self) ** 2
        return off(np.array([base**exponent for base in self.tolist()]), self.random)


class Noisy:
    """An objective whose elementary functions are off by a unit of the last place, or two.

    In the first column they are not.
    """

    def __init__(self, objective, random):
        self.objective, self.random = objective, random
        self.functions = dict(OPERATORS)
        for function in ELEMENTARY:
            self.functions[function] = partial(self._off, function)
        self.nodes = record_problem(objective)
        if not any(function in ELEMENTARY for node in self.nodes for function in calls(node)):
            self.grad = objective.grad

    def _off(self, function, *arguments):
        value = function(*arguments)
        return off(value, self.random) if np.ndim(value) else value

    def grad(self, w):
        point, cache = dict(zip(self.objective.variables, w, strict=True)), {}
        g = [evaluate(n, point, functions=self.functions, cache=cache) for n in self.nodes]
        return np.array([np.broadcast_to(component, w.shape[1:]) for component in g])


def runs_in_numpy(rule, objective, steps, columns=5):
    """Return g, all names and w of a run, and how far runs with rounding errors are from it.

    Both of shape (steps, names, d); the run ends where it leaves ±1000.
    """
    random = np.random.default_rng(0)
    w = np.repeat(np.reshape(objective.start, (-1, 1)).astype(float), columns, axis=1)
    w[:, 1:] *= 1 + random.choice([-1, 1], w[:, 1:].shape) * np.finfo(float).eps
    rule = rule.map_hyperparameters(
        lambda name, x: np.full(columns, x).view(Base) if name.startswith("beta") else x
    )
    noisy = cache(lambda seen: Noisy(seen, random))
    state, rows = rule.initial(w), []
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            record = rule.advance(t, w, state, noisy(objective.at(t)))
            w, state = record["w"], [record[name] for name in rule.state]
            record.pop("look_ahead", None)
            rows.append([np.broadcast_to(x, w.shape) for x in record.values()])
            if not np.all(np.abs(w) < 1e3):
                break
        rows = np.array(rows)
        return rows[..., 0], np.max(np.abs(rows[..., 1:] - rows[..., :1]), axis=-1)


def rate(name, objective):
    """Return a learning rate with which a run on `objective` does not explode."""
    if name.startswith(("GradientDescent", "Momentum", "HeavyBall", "AverageMom", "Nesterov")):
        steepest = np.linalg.norm(objective.hess(np.atleast_1d(np.asarray(objective.start, float))))
        return float(0.2 / max(steepest, 1))
    return 0.01 * float(np.ptp(objective.domain[0]))


OBJECTIVES = {name: ol.problems.named(name) for name in PROBLEMS}
OBJECTIVES |= {problem.name: problem for problem in own_code.PROBLEMS}
OWN_PROBLEMS = [problem.name for problem in own_code.PROBLEMS]
EVERY_RULE = [*RULES, *own_code.RULES]


def met(name):
    """Return two problems, of one and two variables, so that each meets a rule."""
    rules, names = (RULES, PROBLEMS) if name in RULES else ([*own_code.RULES], OWN_PROBLEMS)
    for dim in (1, 2):
        problems = [problem for problem in names if OBJECTIVES[problem].dim == dim]
        yield problems[rules.index(name) % len(problems)]


def test_every_problem_meets_a_rule():
    assert {problem for name in EVERY_RULE for problem in met(name)} == set(OBJECTIVES)


@pytest.mark.parametrize("name", EVERY_RULE)
def test_200_steps_are_numpys(name):
    """The two parts of a step, a rule's update and a problem's gradient, do not know each other."""
    shares = []
    for problem in met(name):
        objective = OBJECTIVES[problem]
        rule = rule_named(name, lr=rate(name, objective))
        expected, spread = runs_in_numpy(rule, objective, steps=200)
        start = np.atleast_1d(objective.start)
        arguments = (rule_code(rule, 200), ground(objective), start, len(expected))
        result = value(f"run({', '.join(map(js, arguments))})").reshape(expected.shape)
        # Where rounding errors make a difference to NumPy's own run it cannot be asked for more.
        # A difference may pass through 0, so the steps around count as well.
        certain = spread <= 2e-13 * np.abs(expected)
        certain = certain & np.roll(certain, 1, axis=0) & np.roll(certain, -1, axis=0)
        wrong = certain & ~(np.abs(result - expected) <= 1e-12 * np.abs(expected))
        assert not np.any(wrong), (problem, np.argwhere(wrong)[0])
        shares.append(np.mean(certain))
    assert np.mean(shares) > 0.3


def test_the_library_has_every_form_of_every_rule():
    classes = [cls for cls in cases.OPTIMIZERS if issubclass(cls, ol.Rule)]
    forms = {key(cls(lr=0.1, **form)) for cls in classes for form in [{}, *cls.forms.values()]}
    assert forms == set(RULES)
    assert [key(rule_named(name)) for name in RULES] == RULES


PARAMETERS = {
    "quadratic": [{}, dict(kappa=100.0), dict(kappa=7.0, angle=0.5), dict(kappa=0.5, angle=-2.0)],
    "cosh": [{}, dict(c=0.5), dict(c=3)],
    "x_cos": [{}, dict(c=0.15)],
}


def objectives(name):
    """Return the problem of a name with some of its parameters."""
    if name not in PROBLEMS:
        return [OBJECTIVES[name]]
    return [ol.problems.named(name, **parameters) for parameters in PARAMETERS.get(name, [{}])]


@pytest.mark.parametrize("name", OBJECTIVES)
def test_values_gradients_and_hessians_are_numpys(name):
    for objective in objectives(name):
        found = ground(objective)
        assert (found["problem"] == name) is (name in PROBLEMS)
        low, high = np.array(objective.domain).T
        points = np.random.default_rng(0).uniform(low, high, (50, objective.dim))
        for t in (1, 2, 102):
            for reading in ("f", "grad", *["hess"] * objective.has_hess):
                seen = objective.at(t) if reading == "grad" else objective
                expected = np.moveaxis(getattr(seen, reading)(points.T), -1, 0).ravel()
                code = f"codeOf(it).{reading}(it.parameters, {t}, ...w)"
                result = value(f"(it => {js(points)}.map(w => {code}))({js(found)})")
                scale = 1e-2 * np.max(np.abs(expected))
                np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12 * scale)


schedules = ol.schedules
EXAMPLES = [
    schedules.Constant(0.1),
    schedules.Step(0.8, period=30, factor=0.5),
    schedules.Exponential(0.8, factor=0.97),
    schedules.InverseTime(0.6, decay=0.3),
    schedules.InverseSqrt(0.6),
    schedules.Linear(1.0, 0.2, steps=100),
    schedules.WarmUp(0.4, steps=40),
    schedules.Cosine(0.1, steps=150, lr_min=0.01),
    schedules.WarmRestarts(0.1, period=40),
    schedules.OneCycle(1.0, steps=200, rise=0.4),
    schedules.WSD(0.1, steps=200, warm_up=20, cooldown=50, lr_min=0.01),
    schedules.WSD(0.1, steps=200, warm_up=0, cooldown=0),
    schedules.Then(20, schedules.WarmUp(0.1, 20), schedules.Cosine(0.1, 100)),
    schedules.Then(
        9,
        schedules.Constant(1.0),
        schedules.Then(50, schedules.Linear(1.0, 0.1, 50), schedules.InverseSqrt(0.1)),
    ),
]


@pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)
def test_schedules_are_pythons(schedule):
    expected = [schedule(t) for t in range(1, 301)]
    result = value(f"Array.from({{length: 300}}, (_, i) => at({js(reference(schedule))}, i + 1))")
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-16)


def test_the_library_has_every_schedule():
    classes = [
        c for c in vars(schedules).values() if getattr(c, "__module__", "") == schedules.__name__
    ]
    names = {c.__name__ for c in classes if isinstance(c, type)}
    assert {type(schedule).__name__ for schedule in EXAMPLES} == set(SCHEDULES) == names


def lines(rule, objective, start, steps):
    """Return the by-hand text of a run in JavaScript, with Python's numbers."""
    entry, problem = rule_code(rule, steps), ground(objective)
    states = [np.asarray(s).tolist() for s in rule.initial(np.asarray(start, float))]
    w, groups = start, []
    for record in islice(ol.iterate(rule, objective, start), steps):
        plain = {
            n: x.item() if np.size(x) == 1 else np.asarray(x).tolist()
            for n, x in ((n, np.asarray(x)) for n, x in record.items())
        }
        names = [n for n in plain if n not in ("t", "g", "w", "look_ahead")]
        r = dict(t=plain["t"], g=plain["g"], w_before=w, state_before=states, w=plain["w"])
        r["values"] = [plain[n] for n in names]
        h = rule.at(plain["t"]).hyperparameters()
        point = np.ravel(plain.get("look_ahead", w)).tolist()
        line = f"codeOf({js(problem)}).byHand({js(problem['parameters'])}, r.t, r.g"
        groups.append(
            engine().eval(
                f"(r => ruleOf({js(entry)}).byHand({js(h)}, r, {line}, ...{js(point)})))"
                f"({js(r)}).join('\\n')"
            )
        )
        states, w = [plain[n] for n in rule.state], plain["w"]
    return "\n\n".join(groups)


@pytest.mark.parametrize("name", EVERY_RULE)
def test_by_hand_lines_are_those_of_python(name):
    rule = rule_named(name, lr=0.3)
    for start in (-0.7, 0.001953125, 123456.5):
        for problem in (ol.problems.square, ol.problems.x_cos(c=0.15)):
            assert lines(rule, problem, start, 3) == ol.by_hand(rule, problem, start, 3).text
    start = (1.0, -2.0)
    for problem in (ol.problems.coupled_bowl, ol.problems.quadratic(kappa=10, angle=0.5)):
        assert lines(rule, problem, start, 3) == ol.by_hand(rule, problem, start, 3).text


@pytest.mark.parametrize("name", OBJECTIVES)
def test_by_hand_gradients_are_those_of_python(name):
    rule = ol.GradientDescent(0.01)
    for problem in objectives(name):
        for factor in (1.0, -0.3):
            start = (factor * np.asarray(problem.start, float)).tolist()
            assert lines(rule, problem, start, 2) == ol.by_hand(rule, problem, start, 2).text


def test_numbers_are_written_as_in_python():
    random = np.random.default_rng(0)
    values = random.choice([-1, 1], 2000) * 10 ** random.uniform(-12, 12, 2000)
    # Ties in the last digit, which Python rounds to even; and the ends of the plain notation.
    values = [
        *values,
        *(k / 2**n for k in range(1, 40) for n in range(0, 24, 3)),
        *(
            0.0,
            -0.0,
            1e-4,
            9.999995e-5,
            999999.5,
            1e6,
            -1e-8,
            1e300,
            5e-324,
            np.inf,
            -np.inf,
            np.nan,
        ),
    ]
    for digits in (1, 2, 6, 9):
        result = engine().eval(f"JSON.stringify({js(values)}.map(x => number(x, {digits})))")
        assert json.loads(result) == [number_text(float(x), digits) for x in values]


@dataclass(frozen=True)
class Own(ol.Rule):
    pull: float = 0.5
    state = ("v",)

    def look_ahead(self, w, v):
        return w - self.pull * v

    def initial(self, w):
        return (w * self.pull,)

    def update(self, t, g, v, w):
        v = np.where(np.abs(g) > 1, g / t, np.log1p(g**2)) + self.pull * v
        return dict(v=v, step=-self.lr * (v - 0.1 * w) ** 3)


def module_engine(thing):
    return engine_of("own.js", {"own.js": ol.javascript(thing)})


def test_a_readers_own_rule_and_objective():
    made = module_engine(Own(lr=0.1))
    h = js(Own(lr=0.1).hyperparameters())
    assert made.eval(f"Own.initial({h}, 3)[0]") == 1.5
    assert made.eval(f"Own.lookAhead({h}, 3, 2)") == 2.0
    for t, g, w, v in [(1, 8.0, 4.0, 1.0), (3, 0.5, -2.0, 0.25)]:
        expected = Own(lr=0.1).update(t, g, v, w=w)
        result = floats(made, f"Own.update({h}, {t}, {g}, {w}, {v})")
        np.testing.assert_allclose(result, list(map(float, expected.values())), rtol=1e-14)
    wave = ol.Objective(
        f=lambda x, a: np.heaviside(x - a, 0.5),
        grad=lambda x, a: x % a,
        name="my wave",
        parameters=dict(a=2.0),
    )
    made = module_engine(wave)
    assert made.eval("my_wave.f(my_wave.parameters, 1, 2)") == 0.5
    assert made.eval("my_wave.grad({a: 3}, 1, -1)[0]") == 2
    with pytest.raises(ValueError, match="does not have <Objective my wave"):
        reference(wave)
    with pytest.raises(ValueError, match="does not have"):
        reference(Own(lr=0.1))


def test_what_a_deep_tree_shares_is_sent_once():
    """Written out, the iteration would have 3^22 factors."""
    entry = rule_code(own_code.DEEPER(lr=0.1), 1)
    assert len(js(entry)) < 3000
    x, step = value(f"ruleOf({js(entry)}).update({{lr: 0.1}}, 1, 3, 0)")
    expected = own_code.DEEPER(lr=0.1).update(1, 3.0)
    assert (x, step) == (expected["x"], expected["step"])
    deep = ol.Objective(f=lambda w: tower(w, 30), grad=lambda w: tower(w, 30), name="tower")
    assert len(js(ground(deep))) < 5000
    assert value(f"codeOf({js(ground(deep))}).f({{}}, 1, 0.5)") == tower(0.5, 30)


def tower(w, height):
    for _ in range(height):
        w = (w + 1) * w / 2
    return w


def test_schedules_of_ones_own_go_along_as_their_values():
    def halved(t):
        return 0.5**t

    rule = ol.Momentum(lr=halved, beta=schedules.Linear(0.5, 0.9, steps=9))
    entry = rule_code(rule, 4)
    assert entry["rule"] == "Momentum"
    assert entry["hyperparameters"] == {}
    assert entry["schedules"]["lr"] == {"values": [0.5, 0.25, 0.125, 0.0625]}
    assert entry["schedules"]["beta"]["schedule"] == "Linear"
    assert value(f"withSchedules({js(entry)}).lr(3)") == 0.125
    sgd = ol.GradientDescent(lr=schedules.WarmRestarts(0.1, period=2, growth=2))
    assert rule_code(sgd, 7)["schedules"]["lr"]["values"] == [sgd.lr(t) for t in range(1, 8)]
    with pytest.raises(ValueError, match=r"lr must be one number, got lr = array\(.*in step 2"):
        rule_code(ol.GradientDescent(lr=lambda t: np.full(t, 0.1) if t > 1 else 0.1), 3)
    with pytest.raises(ValueError, match=r"GradientDescent: lr must be .* got lr = -1"):
        rule_code(ol.GradientDescent(lr=lambda t: 0.1 if t < 3 else -1), 3)


def test_a_start_that_is_drawn_is_not_read():
    rng = np.random.default_rng(0)

    class Drawn(own_code.SignMomentum):
        def initial(self, w):
            return (w + rng.normal(),)

    with pytest.raises(TypeError, match="Drawn: the code is not a function of its arguments alone"):
        rule_code(Drawn(lr=0.1), 1)


@dataclass(frozen=True)
class Branching(ol.Rule):
    def update(self, t, g):
        return dict(step=-self.lr * g if g > 0 else 0)


@dataclass(frozen=True)
class Odd(ol.Rule):
    def update(self, t, g):
        return dict(step=-self.lr * np.sinc(g) if t is None else np.spacing(g))


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (ol.Newton(), r"no JavaScript of Newton\(.*one coordinate at a time"),
        (ol.BFGS(), r"no JavaScript of BFGS\("),
        (ol.ClipNorm(ol.Adam(), limit=1), r"no JavaScript of ClipNorm\("),
        (Branching(0.1), r"Branching.*branches on a value"),
        (Odd(0.1), r"Odd.*np.spacing has no counterpart in JavaScript"),
        (ol.problems.logistic([[1.0]], [1]), r"logistic.*Its Python code runs in a notebook"),
        (schedules.WarmRestarts(0.1, period=2, growth=2), r"WarmRestarts.*loop that ends"),
        (3, r"thing must be a Rule, an Objective or a schedule, got thing = 3"),
        (ol.Adam, r"thing must be"),
    ],
    ids=lambda x: type(x).__name__ if not isinstance(x, str) else "",
)
def test_what_has_no_javascript_says_so(thing, words):
    for function in (ol.javascript, reference):
        with pytest.raises(TypeError, match=re.compile(words, re.DOTALL)):
            function(thing)


def test_references():
    rule = ol.Adam(lr=schedules.WarmUp(0.1, 5), beta1=0.5, eps_inside=True)
    assert json.loads(json.dumps(reference(rule))) == {
        "rule": "Adam(eps_inside=True)",
        "hyperparameters": {"beta1": 0.5, "beta2": 0.999, "eps": 1e-8},
        "schedules": {"lr": {"schedule": "WarmUp", "parameters": {"lr": 0.1, "steps": 5}}},
    }
    assert reference(ol.problems.rosenbrock) == {"problem": "rosenbrock", "parameters": {}}
    for unknown in (
        ol.AdaGrad(0.1, G0=0.7),
        ol.problems.rastrigin(dim=3),
        schedules.Step(0.1, period=(3, 5)),
        ol.Objective(f=lambda w: w**4, grad=lambda w: 4 * w**3, name="square"),
    ):
        with pytest.raises(ValueError, match="the JavaScript library does not have"):
            reference(unknown)
    with pytest.raises(TypeError, match="lr must be one number"):
        reference(ol.Adam(lr=np.array([0.1, 0.2])))
