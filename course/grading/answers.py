"""A student's answers, as functions that are computed in the sandbox."""

import os
import selectors
import subprocess
import time
from contextlib import suppress

from course.grading.wire import LONGEST, packed, unpacked

# Seconds for Python and NumPy to start, on a busy machine; they are not the student's.
START = 30.0


class Failed(Exception):
    """The student's code raised an error, or did not give plain data."""


class Stopped(Failed):
    """The student's process ended, by itself or because it used too much."""


class Answers:
    """Runs a student's cells in a sandbox and answers for the names they define.

    A process that dies is replaced by a new one, without the cell that killed it; so one bad
    answer costs the others nothing, until the time for everything is used up.

    Parameters
    ----------
    cells : sequence of str
        What to execute, in order.
    asked : sequence of str
        The names that the cells should define; what else a cell does is executed only if it
        defines one of them.
    sandbox : object with `start`
    limits : Limits
    """

    def __init__(self, cells, asked, sandbox, limits):
        self.cells, self.asked = list(cells), list(asked)
        self.sandbox, self.limits = sandbox, limits
        self.used = 0.0
        self.process = None
        self.problems = {}
        self.deadly = set()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def call(self, name, args, kwargs):
        """Return what the student's function `name` returns."""
        functions = []

        def number(function):
            functions.append(function)
            return len(functions) - 1

        request = packed(dict(call=name, args=args, kwargs=kwargs), number)
        return self._asked(request, functions)

    def value(self, name):
        """Return what the student called `name`."""
        return self._asked(packed(dict(value=name)), [])

    def start(self):
        """Start a process and execute the cells, unless that is done.

        Raises
        ------
        OSError
            If not even an empty cell can be executed, which is no fault of the student.
        """
        while self.process is None:
            self._start()

    def stop(self):
        """End the process, if there is one."""
        if self.process is not None:
            # It ends by itself when nobody asks any more, or is made to.
            self.process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)
            self.process.kill()
            self.process.stdout.close()
            self.process.wait()
            self.process = None

    def _asked(self, request, functions):
        self.start()
        try:
            return self._exchanged(request, functions)
        except Stopped:
            self.stop()
            raise

    def _start(self):
        if self.used >= self.limits.seconds:
            raise Stopped(f"the {self.limits.seconds:g} seconds for all answers are used up")
        self.process = self.sandbox.start(self.limits)
        os.set_blocking(self.process.stdin.fileno(), False)
        used = self.used
        try:
            self._exchanged(packed(dict(run="", asked=[])), [], START)
        except Failed as error:
            self.stop()
            raise OSError(f"Python does not start in the sandbox: {error}") from error
        self.used = used
        for i, source in enumerate(self.cells):
            if i in self.deadly:
                continue
            try:
                problem = self._exchanged(packed(dict(run=source, asked=self.asked)), [])
            except Stopped as stopped:
                self.deadly.add(i)
                self.problems[i] = str(stopped)
                return self.stop()
            except Failed as failed:
                problem = str(failed)
            if problem:
                self.problems[i] = str(problem)

    def _exchanged(self, request, functions, seconds=None):
        started = time.monotonic()
        if seconds is None:
            seconds = min(self.limits.call, self.limits.seconds - self.used)
        try:
            with selectors.DefaultSelector() as ready:
                line = Line(self.process, ready, started + seconds)
                line.write(request)
                while True:
                    reply = self._read(line)
                    if "ask" not in reply:
                        break
                    line.write(_computed(reply, functions))
        finally:
            self.used += time.monotonic() - started
        if "error" in reply:
            raise Failed(str(reply["error"]))
        return reply.get("value")

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


class Line:
    """Reads and writes lines of a process, until a deadline."""

    def __init__(self, process, ready, deadline):
        self.input, self.output = process.stdin.fileno(), process.stdout.fileno()
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
            self._wait(self.input, selectors.EVENT_WRITE)
            try:
                data = data[os.write(self.input, data[: 1 << 16]) :]
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
            if size > LONGEST:
                raise Stopped("the answer is too long")
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return line
