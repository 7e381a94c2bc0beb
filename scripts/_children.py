"""What a command takes in a process of its own, for the benchmark."""

import subprocess
import sys
import time
from pathlib import Path

from pipeline import PROJECT

COMMAND = "from pipeline.cli import app; app()"
# The kernel's peak of the process itself; ru_maxrss also counts what the parent held when it started the child.
PEAK = """
import atexit, resource, sys
from pathlib import Path

def tell():
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    peaks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(*(peaks or [most]), file=sys.stderr)

atexit.register(tell)
"""


def child(code: str, *arguments: str) -> tuple[float, float]:
    """Runs Python code with arguments.

    Returns:
        Seconds from its start to its end, and its peak memory in 10^6 bytes.
    """
    command = [sys.executable, "-c", PEAK + code, *arguments]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return time.perf_counter() - started, int(done.stderr.split()[-1]) / 1e6


def run_file(path: Path, text: str, config: Path = PROJECT / "configs" / "default.yaml") -> tuple[float, float]:
    """Seconds and memory of `jianbao run` on a file with this text."""
    path.write_text(text, encoding="utf-8")
    return child(COMMAND, "run", str(path), "--config", str(config), "--format", "json")
