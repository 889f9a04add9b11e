"""What runs in the sandbox: a student's cells, and calls of the functions that they define.

    python -I -S inside.py FOLDER...

Started by `course.grading.sandbox`, which asks on the standard input, a socket, for a process for
each student. To that `course.grading.answers` sends its requests as lines. Needs nothing but the
standard library, NumPy, `wire`, `statements` and two files of IPython, which are in the folders.
"""

import copy
import ctypes
import errno
import gc
import importlib.machinery
import json
import os
import platform
import random
import resource
import signal
import socket
import struct
import sys
import time
from contextlib import suppress

sys.path[:0] = sys.argv[1:]

import numpy as np  # noqa: E402
import numpy.random  # noqa: E402
from IPython.core import inputtransformer2  # noqa: E402, F401
from statements import mark, statements  # noqa: E402
from wire import packed, unpacked  # noqa: E402

# System calls that the kernel refuses a student's process: numbers on x86_64 and aarch64, or
# None.
CALLS = {
    # Sockets; io_uring has some, too.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "io_uring_setup": (425, 425),
    # New processes and threads.
    "clone": (56, 220),
    "clone3": (435, 435),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    # Signals to other processes, their memory, limits and priority.
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "prlimit64": (302, 261),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    # Memory that is not in the address space, or outlives the process.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "mq_open": (240, 180),
    "io_setup": (206, 0),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    # Another view of the files.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "chroot": (161, 51),
    "openat2": (437, 437),
    "open_by_handle_at": (304, 265),
    # To make, change or remove a file; `open` see below.
    "creat": (85, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# `open` and `openat` with the place of their flags: only for reading.
OPENING = {"x86_64": {2: 1, 257: 2}, "aarch64": {56: 2}}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000


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
    program = filtering(platform.machine())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    filters = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    )
    c = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, seccomp, by_filter = 38, 22, 2
    if c.prctl(no_new_privileges, 1, 0, 0, 0) or c.prctl(seccomp, by_filter, filters, 0, 0):
        raise OSError(ctypes.get_errno(), "system calls cannot be forbidden")


def filtering(machine):
    """Return a program for the kernel: (what to do, lines to skip if true, if false, number)."""
    if machine not in ARCHITECTURES:
        raise OSError(f"no list of forbidden system calls for {machine}")
    which = list(ARCHITECTURES).index(machine)
    calls = [numbers[which] for numbers in CALLS.values() if numbers[which] is not None]
    load, equal, at_least, answer, some = 0x20, 0x15, 0x35, 0x06, 0x45
    kill, refuse, allow = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
    program = [
        (load, 0, 0, 4),
        (equal, 1, 0, ARCHITECTURES[machine]),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),
        (at_least, 0, 1, 0x40000000),  # x32's calls
        (answer, 0, 0, refuse),
    ]
    for call in calls:
        program += [(equal, 0, 1, call), (answer, 0, 0, refuse)]
    for call, argument in OPENING[machine].items():
        program += [
            (equal, 0, 4, call),
            (load, 0, 0, 16 + 8 * argument),
            (some, 0, 1, WRITES),
            (answer, 0, 0, refuse),
            (answer, 0, 0, allow),
        ]
    return [*program, (answer, 0, 0, allow)]


class Missing:
    """Stands for optimlib, which is not there while answers are scored."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        raise RuntimeError("optimlib is not there while answers are scored: only NumPy is")


class Finder:
    """Finds `Missing` for the course's packages and all that is in them."""

    def find_spec(self, name, path=None, target=None):
        """Return a specification that makes a `Missing`."""
        if name.partition(".")[0] in ("optimlib", "course"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Return what stands for the module."""
        return Missing()

    def exec_module(self, module):
        """Do nothing."""


class Interactive:
    """What `get_ipython()` returns: magics and commands do nothing here."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None

    def getoutput(self, *args, **kwargs):
        """Return what a command prints: nothing."""
        return []


class Ended(BaseException):
    """A statement took too long."""


def end(*signal):
    """Interrupt a statement."""
    raise Ended("the time limit was reached")


class Conversation:
    """The requests of the other side, answered one after the other."""

    def __init__(self, requests, answers):
        self.requests, self.answers = requests, answers
        shell = Interactive()
        self.names = {"__name__": "__main__", "get_ipython": lambda: shell}
        self.names["display"] = lambda *args, **kwargs: None
        self.cells, self.kept = [], {}
        self.telling = []  # whether a cell's errors are told

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

    def read(self, request):
        """Parse the cells; return for each its problem, what its statements bind, what is needed.

        Before each cell its number is told, so that one that ends the process is known.
        """
        flags, told = 0, []
        for i, source in enumerate(request["read"]):
            self.send({"at": i})
            found, problem = [], None
            try:
                found, flags = statements(source, flags)
            except BaseException as error:
                line = getattr(error, "lineno", None)
                problem = (f"line {line}: " if line else "") + described(error)
            self.cells.append(found)
            told.append({"problem": problem})
        asked = set(request["asked"])
        mark(self.cells, asked)
        for each, cell in zip(told, self.cells, strict=True):
            each["needed"] = [statement.needed for statement in cell]
            each["binds"] = sorted(asked & set().union(*(statement.binds for statement in cell)))
            self.telling.append(bool(each["binds"]))
        return told

    def run(self, request):
        """Execute a cell, statement by statement; return the errors, but go on after them.

        Before each statement its number is told. What the answers need has `most` seconds for a
        statement and `total` for all, other things have `quick` and `pool`. `skip` has the numbers
        of those to leave out, and `keep` the functions to remember as they are after the cell.
        """
        problems, left = [], {True: request["total"], False: request["pool"]}
        for j, statement in enumerate(self.cells[request["run"]]):
            needed = statement.needed
            seconds = min(request["most" if needed else "quick"], left[needed])
            if j in request["skip"] or seconds <= 0:
                continue
            self.send({"at": j})
            started = time.monotonic()
            slow, problem = self.execute(statement, seconds)
            left[needed] -= time.monotonic() - started
            if problem and (slow or needed or self.telling[request["run"]]):
                problems.append([j, slow, f"line {statement.line}: {problem}"])
        for name in request["keep"]:
            if callable(self.names.get(name)):
                self.kept[name] = self.names[name]
        return {"problems": problems, "total": left[True], "pool": left[False]}

    def execute(self, statement, seconds):
        """Execute a statement; return whether it was too slow, and what went wrong."""
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                exec(statement.code, self.names)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Ended as error:
            return True, str(error)
        except BaseException as error:
            return False, described(error)
        return False, None

    def find(self, name, kept=False):
        """Return what the student called `name`, or called so when it was kept."""
        if kept and name in self.kept:
            return self.kept[name]
        if name not in self.names:
            raise NameError(f"{name} is not defined")
        return self.names[name]

    def call(self, request):
        """Return what a function returns, and the arguments that it changed."""
        args, before = request["args"], copy.deepcopy(request["args"])
        function = self.find(request["call"], request["kept"])
        value = function(*args, **request["kwargs"])
        changed = {i: a for i, (a, b) in enumerate(zip(args, before, strict=True)) if differs(a, b)}
        return {"value": value, "changed": list(changed.items())}

    def answer(self, request):
        """Do what a request asks for."""
        if "read" in request:
            return {"value": self.read(request)}
        if "run" in request:
            return {"value": self.run(request)}
        if "value" in request:
            return {"value": self.find(request["value"], request["kept"])}
        if "call" in request:
            return self.call(request)
        return {"value": None}

    def go_on(self):
        """Answer requests until the other side ends."""
        while True:
            request = self.receive()
            try:
                self.send(self.answer(request))
            except BaseException as error:
                self.send({"error": described(error)})


def differs(new, old):
    """Return whether an array or a list was changed in place."""
    if isinstance(new, np.ndarray):
        return new.shape != old.shape or new.tobytes() != old.tobytes()
    return isinstance(new, list) and repr(new) != repr(old)


def described(error):
    """Return an error's kind and message, not too long."""
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except BaseException:
        return type(error).__name__


class Nursery:
    """Starts a process for each student, with NumPy in it already, and ends it when asked to.

    It runs no code of students. They cannot reach it: they have no descriptor of its own, and the
    kernel refuses them signals to, and memory of, other processes.
    """

    def __init__(self, control):
        self.control = control

    def go_on(self):
        """Do what is asked until nobody can ask any more; the students' processes end with this."""
        while True:
            message, files, _, _ = socket.recv_fds(self.control, 1 << 12, 2)
            if not message:
                os._exit(0)
            request = json.loads(message)
            if "end" in request:
                with suppress(OSError):
                    os.kill(request["end"], signal.SIGKILL)
                    os.waitpid(request["end"], 0)
                self.control.send(b"0")
                continue
            nursery, child = os.getpid(), os.fork()
            if not child:
                self.grow(nursery, files, *request["start"])
            for file in files:
                os.close(file)
            self.control.send(str(child).encode())

    def grow(self, nursery, files, seconds, megabytes):
        """Be a student's process."""
        try:
            self.control.close()
            kill_with_parent = 1
            ctypes.CDLL(None).prctl(kill_with_parent, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != nursery:
                os._exit(1)
            requests, answers = os.fdopen(files[0], "rb"), os.fdopen(files[1], "wb")
            np.random.seed()  # noqa: NPY002
            random.seed()
            signal.signal(signal.SIGALRM, end)
            limit(seconds, megabytes)
            Conversation(requests, answers).go_on()
        finally:
            os._exit(1)


def main():
    """Keep the line on which processes are asked for, give student code none, and start."""
    control = socket.socket(fileno=os.dup(0))
    # It was opened for both by the other side; there may be no /dev.
    for stream in (0, 1):
        os.dup2(2, stream)
    sys.meta_path.insert(0, Finder())
    np.seterr(all="ignore")
    control.send(b"ready")
    gc.freeze()
    Nursery(control).go_on()


if __name__ == "__main__":
    main()
