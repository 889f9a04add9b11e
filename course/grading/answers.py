"""A student's answers, as functions that are computed in the sandbox."""

import os
import selectors
import time

import numpy as np

from course.grading.wire import LONGEST, packed, unpacked

# Seconds for Python and NumPy to start, on a busy machine; the first start is not the student's.
START = 30.0
# Seconds that a process has to interrupt itself before it is ended.
GRACE = 0.5


class Failed(Exception):
    """The student's code raised an error, or did not give plain data."""


class Stopped(Failed):
    """The student's process ended, by itself or because it used too much."""


class Answers:
    """Runs a student's cells in a sandbox and answers for the names they define.

    A statement that takes too long is interrupted. A process that dies is replaced by a new one,
    which executes the cells again without the statement that killed it; so one bad answer costs
    the others nothing, until the time for everything is used up.

    Parameters
    ----------
    cells : sequence of str
        What to execute, by `run`.
    asked : sequence of str
        The names that the cells should define. What these need has more time than what else a cell
        does.
    sandbox : object with `start`
    limits : Limits
    setup : sequence of str
        What is executed before: cells of the assignment.

    Attributes
    ----------
    reserve : float
        Seconds that are kept for what comes later.
    kept : bool
        Whether to ask for functions as they stood when they were kept, see `run`.
    problems : dict
        What went wrong in a cell.
    """

    def __init__(self, cells, asked, sandbox, limits, setup=()):
        self.cells, self.asked = [*setup, *cells], list(asked)
        self.setup = len(setup)
        self.sandbox, self.limits = sandbox, limits
        self.used = self.reserve = 0.0
        self.left = {"total": limits.seconds / 2, "pool": limits.seconds / 4}
        self.quick = min(1.0, limits.call / 2)
        self.kept, self.starts, self.process, self.at = False, 0, None, 0
        self.problems, self.plan, self.done = {}, None, []
        self.unreadable, self.skip = set(), set()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def call(self, name, args, kwargs):
        """Return what the student's function `name` returns; what it changes is changed."""
        functions = []

        def number(function):
            functions.append(function)
            return len(functions) - 1

        message = dict(call=name, args=args, kwargs=kwargs, kept=self.kept)
        reply = self._asked(packed(message, number), functions)
        for i, new in reply.get("changed") or ():
            changed(args, i, new)
        return reply.get("value")

    def value(self, name):
        """Return what the student called `name`."""
        return self._asked(packed(dict(value=name, kept=self.kept)), []).get("value")

    def run(self, i, keep=()):
        """Execute cell `i`, and keep the functions with these names as they are after it."""
        self.done.append((i + self.setup, list(keep)))
        if self.process is None:
            self.start()
        else:
            self._again(lambda: self._run(*self.done[-1]))

    def start(self):
        """Start a process and execute the cells that were to run, unless that is done.

        Raises
        ------
        OSError
            If not even an empty cell can be executed, which is no fault of the student.
        """
        if self.process is None:
            self._again(self._start)

    def stop(self):
        """End the process, if there is one."""
        if self.process is not None:
            self.process.end()
            self.process = None

    def _again(self, action):
        """Do something; where the process dies, start another until one lives."""
        while True:
            try:
                return action()
            except Stopped:
                self.stop()
                if self._over():
                    raise
                action = self._start

    def _over(self):
        return self.used >= self.limits.seconds

    def _asked(self, request, functions):
        self.start()
        try:
            return self._exchanged(request, functions)
        except Stopped:
            self.stop()
            raise

    def _start(self):
        if self._over():
            raise Stopped(f"the {self.limits.seconds:g} seconds for all answers are used up")
        used, began = self.used, time.monotonic()
        try:
            self.process = self.sandbox.start(self.limits)
            self._exchanged(packed({}), [], START)
        except Failed as error:
            raise OSError(f"Python does not start in the sandbox: {error}") from error
        self.used = used + (time.monotonic() - began if self.starts else 0)
        self.starts += 1
        self._read_cells()
        for each in self.done:
            self._run(*each)

    def _read_cells(self):
        texts = ["" if i in self.unreadable else text for i, text in enumerate(self.cells)]
        try:
            told = self._exchanged(packed(dict(read=texts, asked=self.asked)), [])["value"]
        except Failed as error:
            self.unreadable.add(self.at)
            self._problem(self.at, f"cannot be read: {error}")
            raise Stopped(str(error)) from error
        self.plan = told
        for i, each in enumerate(told):
            if each["problem"]:
                self._problem(i, each["problem"])

    def _problem(self, i, text):
        if i >= self.setup:
            found = self.problems.setdefault(i - self.setup, [])
            if text not in found:
                found.append(text)

    def _run(self, i, keep):
        """Execute a cell but for the statements that are known to take too much."""
        skip = [j for cell, j in self.skip if cell == i]
        request = dict(run=i, keep=keep, skip=skip, most=self.limits.call, quick=self.quick)
        needed = self.plan[i]["needed"]
        self.at = 0
        try:
            reply = self._exchanged(packed(request | self.left), [], needed=needed)
            told = reply["value"]
            for name in self.left:
                self.left[name] = min(self.left[name], max(0.0, float(told[name])))
            for j, slow, text in told["problems"]:
                self._problem(i, str(text))
                if slow:
                    self.skip.add((i, j))
        except Stopped as stopped:
            self.skip.add((i, self.at))
            self._problem(i, str(stopped))
            raise
        except Failed as failed:
            self._problem(i, str(failed))
        except (KeyError, TypeError, ValueError) as error:  # not what `inside` would say
            raise Stopped("the answer could not be read") from error

    def _exchanged(self, request, functions, seconds=None, needed=None):
        """Send a request and return the reply; for a cell, `needed` says it of its statements."""
        started = time.monotonic()
        if seconds is None:
            left = self.limits.seconds - self.used - self.reserve
            seconds = min(self.limits.call, max(0.05, left))
            if needed is not None:
                seconds = max(0.1, min(left, sum(self.left.values()))) + GRACE
        try:
            with selectors.DefaultSelector() as ready:
                line = Line(self.process, ready, started + seconds)
                line.write(request)
                while True:
                    reply = self._read(line)
                    if "at" in reply:
                        self._statement(reply["at"], needed, line, started + seconds)
                    elif "ask" in reply:
                        line.write(_computed(reply, functions))
                    else:
                        break
        finally:
            self.used += time.monotonic() - started
        if "error" in reply:
            raise Failed(str(reply["error"]))
        return reply

    def _statement(self, number, needed, line, last):
        """Note which statement begins, and give it its time."""
        if not isinstance(number, int):
            raise Stopped("the answer could not be read")
        self.at = number
        if needed is not None:
            long = 0 <= number < len(needed) and needed[number]
            most = self.limits.call if long else self.quick
            line.deadline = min(last, time.monotonic() + most + GRACE)

    @staticmethod
    def _read(line):
        text = line.read()
        try:
            reply = unpacked(text)
        except Exception as error:
            raise Stopped("the answer could not be read") from error
        if not isinstance(reply, dict):
            raise Stopped("the answer could not be read")
        return reply


def _computed(question, functions):
    try:
        function = functions[int(question["ask"])]
        return packed(dict(value=function(*question["args"])))
    except Exception as error:
        return packed(dict(error=f"{type(error).__name__}: {error}"))


def changed(args, i, new):
    """Change an argument as the student's function changed its copy."""
    try:
        old = args[i]
        if isinstance(old, np.ndarray) and old.flags.writeable:
            old[...] = new
        elif isinstance(old, list) and isinstance(new, list):
            old[:] = new
    except (IndexError, TypeError, ValueError) as error:
        raise Failed("an argument was changed in place to something else") from error


class Line:
    """Reads and writes lines of a process, until a deadline."""

    def __init__(self, process, ready, deadline):
        self.input, self.output = process.input, process.output
        self.ready, self.deadline = ready, deadline
        self.rest = b""

    def _wait(self, file, event):
        self.ready.register(file, event)
        try:
            left = self.deadline - time.monotonic()
            if left <= 0 or not self.ready.select(left):
                raise Stopped("the time limit was reached")
        finally:
            self.ready.unregister(file)

    def write(self, data):
        """Send bytes."""
        data = memoryview(data)
        while data:
            try:
                data = data[os.write(self.input, data[: 1 << 16]) :]
            except BlockingIOError:
                self._wait(self.input, selectors.EVENT_WRITE)
            except OSError as error:
                raise Stopped("the process ended: did it call exit, or use too much?") from error

    def read(self):
        """Return the next line."""
        parts, size = [self.rest], len(self.rest)
        while b"\n" not in parts[-1]:
            self._wait(self.output, selectors.EVENT_READ)
            parts.append(os.read(self.output, 1 << 16))
            size += len(parts[-1])
            if not parts[-1]:
                raise Stopped("the process ended: did it call exit, or use too much memory?")
            if size > LONGEST + (1 << 16):
                raise Stopped("the answer is too long")
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return line
