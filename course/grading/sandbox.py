"""Where student code runs: a process that can reach nothing, or no process at all."""

import atexit
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from course.grading import memory
from course.grading.answers import START, Answers

HERE = Path(__file__).parent
PACKAGES = Path(np.__file__).parent.parent
PYTHON = os.path.realpath(sys.executable)
# The package, and the libraries that a wheel of it brings.
NUMPY = [path for name in ("numpy", "numpy.libs") if (path := PACKAGES / name).is_dir()]
# What turns magics into Python; it needs nothing else of IPython.
IPYTHON = [
    Path(find_spec("IPython").origin).parent / name
    for name in ("core/inputtransformer2.py", "utils/tokenutil.py")
]
PARTS = {path.name: path for path in NUMPY}
PARTS |= {f"{name}.py": HERE / f"{name}.py" for name in ("inside", "wire", "statements")}
PARTS |= {f"IPython/{path.parent.name}/{path.name}": path for path in IPYTHON}
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}
# Where `chroot` and `ldd` are.
WHERE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
# What of Python's library no answer needs: other packages, which may hold answers, and tests.
NEEDLESS = ["*-packages", "test", "tests", "__pycache__", "config-*", "idlelib", "tkinter", "*.a"]


class NoSandbox(RuntimeError):
    """There is no safe place on this machine to run the code of students."""


@dataclass(frozen=True)
class Limits:
    """What one student may use.

    Parameters
    ----------
    call : float
        Seconds for one call of a function, or one statement of a cell; those that no answer needs
        have less.
    seconds : float
        Seconds for everything.
    megabytes : int
        Address space of the process; the kernel refuses it memory of other kinds. Where systemd
        grants a cgroup, that bounds all memory, of whatever kind.
    """

    call: float = 5.0
    seconds: float = 20.0
    megabytes: int = 1024

    def __post_init__(self):
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} must be positive, got {name} = {value!r}")

    def share(self, tests):
        """Return the seconds that each of some tests has, however slow those before it were."""
        return min(0.5, self.seconds / 2 / tests)

    def arguments(self):
        """Return what `inside.py` is told of them."""
        return [int(self.seconds) + 2, int(self.megabytes)]


@dataclass
class Process:
    """A process of one student: descriptors to write to and to read from, and how to end it."""

    number: int
    input: int
    output: int
    nursery: object

    def end(self):
        """End the process, whatever it does."""
        os.close(self.input)
        os.close(self.output)
        with suppress(OSError):
            self.nursery.ask(end=self.number)


class Nursery:
    """A process of `inside.py`, from which those of students start with NumPy in them."""

    def __init__(self, command, megabytes, env, **options):
        self.lock = threading.Lock()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        bounded = memory.prefix(megabytes)
        options |= dict(env=env | memory.bus()) if bounded else dict(env=env)
        null = subprocess.DEVNULL
        with theirs:
            self.process = subprocess.Popen(
                [*bounded, *command], stdin=theirs, stdout=null, stderr=null, **options
            )
        self.control.settimeout(START)
        try:
            told = self.control.recv(16)
        except OSError:  # e.g. too late
            told = b""
        if told != b"ready":
            self.close()
            raise OSError("Python does not start in the sandbox")

    def ask(self, files=(), **request):
        """Send a request, with descriptors, and return the answer."""
        with self.lock:
            socket.send_fds(self.control, [json.dumps(request).encode()], files)
            answer = self.control.recv(64)
        if not answer:
            raise OSError("the sandbox ended")
        return int(answer)

    def start(self, limits):
        """Return a new process."""
        theirs, ours = os.pipe2(os.O_CLOEXEC), os.pipe2(os.O_CLOEXEC)
        try:
            number = self.ask([theirs[0], ours[1]], start=limits.arguments())
        except BaseException:
            os.close(theirs[1])
            os.close(ours[0])
            raise
        finally:
            os.close(theirs[0])
            os.close(ours[1])
        os.set_blocking(theirs[1], False)
        return Process(number, theirs[1], ours[0], self)

    def close(self):
        """End the process, and all that it started."""
        self.control.close()
        self.process.kill()
        self.process.wait()


# The nurseries of this process, by the sandboxes' keys: a worker gets a copy of the sandbox with
# each student, and starts one for all of them.
NURSERIES = {}
OPENING = threading.Lock()


class Place:
    """What sandboxes share: a nursery in each process that uses one."""

    def __init__(self):
        self.key = uuid.uuid4().hex

    def start(self, limits):
        """Return a new process for a student's code."""
        for last in (False, True):
            try:
                return self._nursery(limits).start(limits)
            except OSError:
                self.close()
                if last:
                    raise

    def _nursery(self, limits):
        with OPENING:
            if self.key not in NURSERIES:
                NURSERIES[self.key] = self.open(limits.megabytes)
                atexit.register(self.close)
            return NURSERIES[self.key]

    def close(self):
        """End what runs."""
        with OPENING:
            nursery = NURSERIES.pop(self.key, None)
            atexit.unregister(self.close)
        if nursery is not None:
            nursery.close()


class Bubblewrap(Place):
    """A container of nothing but Python, NumPy and system libraries, all of them read-only."""

    name = "bubblewrap"

    def command(self, *arguments):
        """Return the command that runs Python in the container."""
        read = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", sys.base_prefix]
        command = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns"]
        command += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--clearenv"]
        command += ["--new-session", "--die-with-parent", "--cap-drop", "ALL"]
        for name, value in ENVIRONMENT.items():
            command += ["--setenv", name, value]
        for path in dict.fromkeys(read):
            command += ["--ro-bind-try", path, path]
        # Other packages of this Python may hold the answers.
        for path in self._packages():
            command += ["--tmpfs", path, "--remount-ro", path]
        command += ["--dev-bind", "/dev/null", "/dev/null"]
        command += ["--dev-bind", "/dev/urandom", "/dev/urandom"]
        for name, path in PARTS.items():
            command += ["--ro-bind", str(path), f"/scoring/{name}"]
        command += ["--remount-ro", "/", "--chdir", "/scoring"]
        return [*command, PYTHON, "-I", "-S", *arguments]

    @staticmethod
    def _packages():
        base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
        paths = {sysconfig.get_path(name, vars=base) for name in ("purelib", "platlib")}
        for folder in ("/usr/lib", "/usr/local/lib"):
            paths |= {str(path) for path in Path(folder).glob("python*/*-packages")}
        return sorted(p for p in paths if Path(p).is_dir())

    def open(self, megabytes):
        """Return a new nursery."""
        return Nursery(self.command("/scoring/inside.py", "/scoring"), megabytes, env={})

    def check(self, private):
        """Raise `NoSandbox` unless the container starts and is empty."""
        if shutil.which("bwrap") is None:
            raise NoSandbox("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)")
        seen = "import os, sys; sys.exit(any(map(os.path.exists, sys.argv[1:])))"
        command = self.command("-c", seen, *map(str, private))
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode:
            why = done.stderr.strip().splitlines()[:1] or ["private files are visible in it"]
            raise NoSandbox(f"bubblewrap does not work here: {why[0]}")


class OtherUser(Place):
    """A user of its own for each process, in a folder that holds Python and NumPy and is its root.

    Only root can start such processes. Network, new processes and every change of a file are
    forbidden by `inside.py` as everywhere.
    """

    name = "user"

    @cached_property
    def _folder(self):
        folder = tempfile.mkdtemp(prefix="scoring-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        library = sysconfig.get_path("stdlib", vars=dict(installed_base=sys.base_prefix))
        parts = {path: Path(path) for path in (PYTHON, library)}
        parts |= {f"/scoring/{name}": path for name, path in PARTS.items()}
        parts |= {path: Path(path) for path in libraries([PYTHON, library, *NUMPY])}
        for name, path in parts.items():
            new = Path(folder, str(name).lstrip("/"))
            new.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, new, ignore=shutil.ignore_patterns(*NEEDLESS))
            else:
                shutil.copyfile(path, new)
        for path in [Path(folder), *Path(folder).rglob("*")]:
            program = path.is_dir() or path.name.startswith(("python", "ld-"))
            path.chmod(0o555 if program else 0o444)
        return folder

    def _command(self, *arguments):
        # A worker scores one student at a time, so its number is free for that student.
        user = 1_000_000 + os.getpid()
        command = ["chroot", f"--userspec={user}:{user}", "--groups=", self._folder]
        return [*command, PYTHON, "-I", "-S", *arguments]

    def open(self, megabytes):
        """Return a new nursery."""
        command = self._command("/scoring/inside.py", "/scoring")
        env = ENVIRONMENT | WHERE
        return Nursery(command, megabytes, env=env, start_new_session=True, cwd="/")

    def check(self, private):
        """Raise `NoSandbox` unless another user can run Python and sees nothing private."""
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            raise NoSandbox("only root can run code as another user")
        seen = "import os, sys; sys.exit(any(map(os.path.exists, sys.argv[1:])) or not os.getuid())"
        command = self._command("-c", seen, *map(str, private))
        done = subprocess.run(
            command, capture_output=True, text=True, env=ENVIRONMENT | WHERE, cwd="/", timeout=60
        )
        if done.returncode:
            why = done.stderr.strip().splitlines()[:1] or ["private files are visible in it"]
            raise NoSandbox(f"another user in a folder of its own does not work here: {why[0]}")


def libraries(paths):
    """Return the files of system libraries that programs and packages need."""
    found = [file for path in map(Path, paths) for file in (path.rglob("*.so*"), [path])]
    files = [str(file) for each in found for file in each if file.is_file()]
    told = subprocess.run(["ldd", *files], capture_output=True, text=True, env=WHERE).stdout
    names = set(re.findall(r"(?:=> |^\t)(/\S+) \(", told, re.M))
    return sorted(name for name in names if not Path(name).is_relative_to(PACKAGES))


class Unsandboxed(Place):
    """A process with limits that may read what you may read. For code that you trust."""

    name = "none"

    def open(self, megabytes):
        """Return a new nursery."""
        command = [PYTHON, "-I", "-S", str(HERE / "inside.py"), str(HERE), str(PACKAGES)]
        return Nursery(command, megabytes, env=ENVIRONMENT, start_new_session=True)

    def check(self, private):
        """Accept everything."""


SANDBOXES = {kind.name: kind for kind in (Bubblewrap, OtherUser, Unsandboxed)}


def choose(private, name=None):
    """Return a sandbox that works here: bubblewrap, else another user.

    Parameters
    ----------
    private : sequence of paths
        What student code must not see.
    name : {"bubblewrap", "user", "none"}, optional
        Take this one. The last must be asked for by name.

    Raises
    ------
    NoSandbox
        If none works, with the reasons.
    """
    if name is not None and name not in SANDBOXES:
        raise ValueError(f"name must be one of {', '.join(SANDBOXES)}, got name = {name!r}")
    reasons = []
    for kind in [SANDBOXES[name]] if name else [Bubblewrap, OtherUser]:
        try:
            sandbox = kind()
            sandbox.check(private)
            with Answers([], [], sandbox, Limits()) as answers:
                answers.start()
            sandbox.close()  # it had other limits
            return sandbox
        except (NoSandbox, OSError) as reason:
            reasons.append(str(reason))
    raise NoSandbox("; ".join(reasons))
