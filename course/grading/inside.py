"""What runs in the sandbox: a student's cells, and calls of the functions that they define.

    python -I -S inside.py SECONDS MEGABYTES FOLDER...

Started by `course.grading.answers`, whose requests come as lines on the standard input. Needs
nothing
but the standard library, NumPy and `wire`, which are in the folders.
"""

import ast
import ctypes
import errno
import os
import platform
import resource
import struct
import sys

sys.path[:0] = sys.argv[3:]

import numpy as np  # noqa: E402
import numpy.random  # noqa: E402
from wire import packed, unpacked  # noqa: E402

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)

# Sockets, new processes, signals to and memory of other processes, io_uring (which has sockets).
FORBIDDEN = {
    "x86_64": (
        0xC000003E,
        [41, 53, 56, 57, 58, 59, 62, 101, 129, 200, 234, 297, 302, 310, 311, 322, 424, 425, 435],
    ),
    "aarch64": (
        0xC00000B7,
        [117, 129, 130, 131, 138, 198, 199, 220, 221, 240, 261, 270, 271, 281, 424, 425, 435],
    ),
}


def limit(seconds, megabytes):
    """Bound time and memory, and forbid new processes, sockets and files."""
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: megabytes << 20,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 32,
    }
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))
    if platform.machine() not in FORBIDDEN:
        raise OSError(f"no list of forbidden system calls for {platform.machine()}")
    architecture, calls = FORBIDDEN[platform.machine()]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    kill, refuse, allow = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
    # (what to do, lines to skip if true, if false, number); 0x40000000 are x32's calls.
    program = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),
        (at_least, len(calls) + 1, 0, 0x40000000),
        *((equal, len(calls) - i, 0, call) for i, call in enumerate(calls)),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    filters = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    )
    c = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, seccomp, by_filter = 38, 22, 2
    if c.prctl(no_new_privileges, 1, 0, 0, 0) or c.prctl(seccomp, by_filter, filters, 0, 0):
        raise OSError(ctypes.get_errno(), "system calls cannot be forbidden")


class Missing:
    """Stands for optimlib, which is not there while answers are scored."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        raise RuntimeError("optimlib is not there while answers are scored: only NumPy is")


class Conversation:
    """The requests of the other side, answered one after the other."""

    def __init__(self, requests, answers):
        self.requests, self.answers = requests, answers
        self.names = {"__name__": "__main__"}

    def send(self, message):
        """Write one line."""
        self.answers.write(packed(message))
        self.answers.flush()

    def receive(self):
        """Read one line, or end with the other side."""
        line = self.requests.readline()
        if not line:
            os._exit(0)
        return unpacked(line, self.remote)

    def remote(self, number):
        """Return a function that the other side computes."""

        def function(*args):
            self.send({"ask": number, "args": args})
            reply = self.receive()
            if "error" in reply:
                raise RuntimeError(reply["error"])
            return reply["value"]

        return function

    def run(self, source, asked):
        """Execute a cell, statement by statement; return the first error, but go on after it.

        A cell that gives none of the names asked for is executed as far as it defines something.
        """
        tree, first = ast.parse(source), None
        whole = not asked.isdisjoint(bound(tree))
        for statement in tree.body:
            if not whole and not isinstance(statement, DEFINITIONS):
                continue
            code = compile(ast.Module([statement], []), "<cell>", "exec")
            try:
                exec(code, self.names)
            except BaseException as error:
                if whole and first is None:
                    first = f"line {statement.lineno}: {described(error)}"
        return first

    def find(self, name):
        """Return what the student called `name`."""
        if name not in self.names:
            raise NameError(f"{name} is not defined")
        return self.names[name]

    def answer(self, request):
        """Do what a request asks for."""
        if "run" in request:
            return self.run(request["run"], set(request["asked"]))
        if "value" in request:
            return self.find(request["value"])
        return self.find(request["call"])(*request["args"], **request["kwargs"])

    def go_on(self):
        """Answer requests until the other side ends."""
        while True:
            request = self.receive()
            try:
                self.send({"value": self.answer(request)})
            except BaseException as error:
                self.send({"error": described(error)})


def bound(tree):
    """Return the names that a cell gives to values and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def described(error):
    """Return an error's kind and message, not too long."""
    return f"{type(error).__name__}: {error}"[:500]


def main():
    """Keep the two pipes for messages, give student code none, and start."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.modules["optimlib"] = sys.modules["optimlib.learning"] = Missing()
    np.seterr(all="ignore")
    limit(*map(int, sys.argv[1:3]))
    Conversation(requests, answers).go_on()


if __name__ == "__main__":
    main()
