"""Runs of other libraries that are stored under tests/golden: their titles, and which are which."""


def title(run):
    """Return what a run is called: of which method, settings and gradients it is."""
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    kind = run["problem"] if "problem" in run else run["gradient"]
    return f"{run['library']} {run['optimizer']}({settings}) {kind} {run['difference']}"


def chosen(stored, library=None, rule=None, difference=None):
    """Return the stored runs by their titles: those of a difference, or those without one."""
    return {
        title(run): run
        for run in stored
        if run["difference"] == difference
        and library in (None, run["library"])
        and rule in (None, run["rule"])
    }
