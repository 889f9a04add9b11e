"""The explorer of basins: where runs end, over start and learning rate."""

def basin_map(
    objective,
    rules,
    lr=(0.01, 2.0),
    start=None,
    steps=50,
    *,
    boundaries=None,
    title=None,
    **ranges,
):
    """Return an explorer that maps where runs end, by start and learning rate.

    Color says which critical point a run is near to at the end. The reader chooses a start and
    sees the path on the curve.

    Parameters
    ----------
    objective : Objective
        Of one variable, with a Hessian.
    rules : Optimizer or list of Optimizer
        With a hyperparameter ``lr``: rules that are generated as JavaScript, and `Newton`
        without a line search. With several there is a menu.
    lr : (low, high)
        The range of learning rates, on a logarithmic axis.
    start : number, optional
        The start at first. By default the objective's own.
    steps : int
        At least 1.
    boundaries : dict, optional
        From a label to a function of any of ``lr``, the start (``x0``: the variable's name with
        a 0) and the problem's parameters that has another sign on the other side of the border
        of a basin, e.g. ``lambda x0: abs(x0) - 1``. Its zeros are drawn and compared.
    title : str, optional
        The figure's name for those who cannot see it.
    **ranges
        For parameters of the problem that leave its critical points where they are, by name,
        (low, high) of a slider.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or a rule is not generated as JavaScript.
    ValueError
        If the objective does not have one variable or has no Hessian, a rule has no ``lr`` or
        is a `Newton` with a line search, or an argument is out of range.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import basin_map
    >>> methods = [ol.Newton(), ol.Newton(saddle_free=True), ol.GradientDescent(lr=0.1)]
    >>> basin_map(ol.problems.x_cos(), methods, lr=(0.01, 1))
    <Explorer: Where Newton, Newton with |H|, GradientDescent end on x_cos(c=1)>
    """
    rules = _checked_rules(objective, rules, steps)
    methods = [_method(rule) for rule in rules]
    if not (np.shape(lr) == (2,) and 0 < lr[0] < lr[1]):
        raise ValueError(f"lr must be a range (low, high) above 0, got lr = {lr!r}")
    start = None if start is None else one_point(objective, start, "start")
    ground = ground_of(objective, start, ranges)
    sliders = sliders_of(ranges, [], [ground])
    for slider in sliders:
        _check_critical_stay(slider, objective, ground)
    axis = sliders_of({"lr": lr}, rules[:1], [ground])[0]
    names = ["lr", f"{objective.variables[0]}0", *ground["parameters"]]
    labels = ", ".join(method["label"] for method in methods)
    specification = {
        "kind": "basins",
        "title": title or f"Where {labels} end on {ground['label']}",
        "ground": ground,
        "rules": methods,
        "axis": axis | {"value": float(np.clip(axis["value"], *lr))},
        "sliders": sliders,
        "steps": steps,
        "critical": _critical(objective, ground),
        "tolerance": NEAR,
        "boundaries": [
            {"label": label, "formula": tree(edge, names, f"boundaries[{label!r}]")}
            for label, edge in (boundaries or {}).items()
        ],
    }
    return Explorer(specification, partial(_draw_basins, rules[0], objective, specification, lr))


def _checked_rules(objective, rules, steps):
    """Return the rules as a list, if they and the objective fit a map of basins."""
    check_objective(objective)
    if objective.dim != 1:
        raise ValueError(
            f"objective must have one variable, got {objective.name} with {objective.dim}"
        )
    if not objective.has_hess:
        raise ValueError(f"objective must have a hess, got {objective.name} without")
    check_count("steps", steps, least=1)
    return listed(rules, Optimizer, "rules", "ol.Newton()")


def _draw_basins(rule, objective, specification, lr):
    variable, critical = objective.variables[0], specification["critical"]
    low, high = specification["ground"]["domain"][0]
    starts, rates = np.meshgrid(np.linspace(low, high, 160), np.geomspace(*lr, 60))
    swept = rule.replace_unchecked(lr=rates)
    ends = run(swept, objective, starts[None], specification["steps"])[0]
    places = np.array([point["at"] for point in critical])
    with np.errstate(invalid="ignore"):
        apart = np.abs(ends - places[:, None, None])
    reached = np.any(apart <= NEAR * (high - low), axis=0)
    ax = figures.one()
    handles = []
    for k, point in enumerate(critical):
        here = reached & (np.argmin(apart, axis=0) == k)
        if np.any(here):
            dots = dict(color=point["color"], marker="s", linestyle="none", markersize=2.2)
            ax.plot(starts[here], rates[here], **dots)
            label = f"{point['kind']} at {point['at']:.4g}"
            handles += ax.plot([], [], **dots | {"markersize": 7}, label=label)
    ax.set(xlabel=f"start {variable}", ylabel=specification["axis"]["label"], yscale="log")
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(specification["rules"][0]["label"])


def _check_critical_stay(slider, objective, ground):
    places = [point["at"] for point in _critical(objective, ground)]
    for end in _at_ends(slider, objective, ground):
        moved = [point["at"] for point in _critical(end, ground)]
        if len(moved) != len(places) or not np.allclose(moved, places, atol=1e-6):
            raise ValueError(f"{slider['parameter']} moves critical points of {objective.name}")


def _critical(objective, ground):
    """Return the critical points of a function of one variable in the picture, from left."""
    points = [
        {"at": point.point, "kind": point.kind}
        for point in critical_points(objective, ground["domain"])
    ]
    minima = [float(np.ravel(m)[0]) for m in objective.minima]
    (low, high), near = ground["domain"][0], 1e-6
    for at in minima:
        points = [p for p in points if abs(p["at"] - at) > near * (high - low)]
        points.append({"at": at, "kind": "minimum"})
    colors = iter(MINIMA)
    points.sort(key=lambda point: point["at"])
    for point in points:
        is_minimum = point["kind"] == "minimum"
        point["color"] = next(colors, figures.GRAY) if is_minimum else OTHERS[point["kind"]]
    return points


def _method(rule):
    """Return a rule as the figure runs it: Newton's by the formula of its step."""
    if "lr" not in rule.hyperparameters():
        raise ValueError(f"rules must have a hyperparameter lr, {label_of(rule)} has none")
    entry = {"label": label_of(rule), "color": figures.color(rule)}
    if not isinstance(rule, Newton):
        return entry | reference(rule)
    if rule.line_search is not None:
        raise ValueError(f"rules must be without line search here, got {rule!r}")
    numbers = rule.hyperparameters()
    for name, value in numbers.items():
        if callable(value) or np.ndim(value):
            raise ValueError(f"Newton: {name} must be one number here, got {name} = {value!r}")
    added = [" with |H|"] * rule.saddle_free + [f" + {rule.regularization:g}I"] * bool(
        rule.regularization
    )
    return entry | {
        "label": entry["label"] + "".join(added),
        "hyperparameters": numbers,
        "step": written(_newton_step(rule)),
    }


def _newton_step(rule):
    """Return the step in one variable, a tree of f′ = g, f″ = h and the hyperparameters."""
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    g, h = np.array([Symbol("g")], dtype=object), np.array([[Symbol("h")]], dtype=object)
    return symbolic.lr * symbolic.direction(g, h)[0]
