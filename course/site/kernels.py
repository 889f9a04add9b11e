"""Kernels that start with their imports done: each is forked from one process that made them.

To start Python, IPython and what all chapters import takes longer than most chapters' own cells.
A chapter's variables are its own all the same, and it imports by name what it uses.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import EntryPoint

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from optimlib.explorers import explorer

IMPORTED = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "IPython.extensions.storemagic",
    "matplotlib.pyplot",
    "course.exercises",
    "optimlib.figures",
    "optimlib.learning",
    "sklearn.datasets",
)
# Matplotlib draws into the notebook; a debugger, which nobody attaches, does not complain.
ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class Kernel:
    """A forked kernel, with the methods of `subprocess.Popen` that a kernel's manager calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def send_signal(self, number):
        """Send a signal, if the kernel is alive."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self):
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def poll(self):
        """Return None while it is alive. How it ended, its parent alone could know: 0."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self):
        """Wait for its end."""
        while self.poll() is None:
            time.sleep(0.01)
        return 0


class ForkedProvisioner(LocalProvisioner):
    """Starts kernels as children of one process, which starts with the first of them."""

    _parent_of_kernels = None

    async def launch_kernel(self, cmd, **options):
        """Fork a kernel; `cmd` is that of the standard kernel, `options` those of `Popen`.

        A kernel of another Python starts by itself, and so does one if the imports fail: the
        chapter then says which of its own does.
        """
        if cmd[0] != sys.executable:
            return await super().launch_kernel(cmd, **options)
        module = cmd.index("ipykernel_launcher")  # python, its options, -m, this, the kernel's own
        parent = self._started([*cmd[:module], __name__], options["env"])
        wanted = dict(
            arguments=cmd[module + 1 :], folder=options.get("cwd"), environment=options["env"]
        )
        print(json.dumps(wanted), file=parent.stdin, flush=True)
        pid = parent.stdout.readline()
        if not pid:
            return await super().launch_kernel(cmd, **options)
        self.process = Kernel(int(pid))
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    @classmethod
    def _started(cls, command, environment):
        """Return the parent of all kernels, started if it is not running."""
        parent = cls._parent_of_kernels
        if parent is None or parent.poll() is not None:
            parent = cls._parent_of_kernels = subprocess.Popen(
                command,
                env=environment | ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            atexit.register(parent.communicate)  # it ends when nothing more can come
        return parent


def fork_kernels():
    """Let this process start its kernels forked, where forking is safe."""
    if sys.platform == "linux":
        factory = KernelProvisionerFactory.instance()
        reference = f"{ForkedProvisioner.__module__}:{ForkedProvisioner.__name__}"
        factory.provisioners["forked"] = EntryPoint("forked", reference, factory.GROUP_NAME)
        factory.default_provisioner_name = "forked"


def main():
    """Import, then fork a kernel for each line of the standard input."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel ends when this process has
    for module in IMPORTED:
        importlib.import_module(module)
    from ipykernel.kernelapp import IPKernelApp

    explorer.module()  # the script of all explorers, which the first of each chapter would write
    gc.freeze()
    at_end_of_child = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        signal.signal(signal.SIGCHLD, at_end_of_child)
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["folder"] or ".")
        IPKernelApp.launch_instance(argv=wanted["arguments"])
        os._exit(0)


if __name__ == "__main__":
    main()
