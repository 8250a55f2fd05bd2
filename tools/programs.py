"""Programs from Debian that a command or a test needs: found, or installed where we are root."""

import os
import shutil
import subprocess


def missing(*programs: str) -> list[str]:
    """Those not on this machine. A program is named as its Debian package is."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [program for program in programs if not shutil.which(program, path=path)]


def provide(*programs: str) -> None:
    """Install what is missing, as root on Debian; otherwise SystemExit says what to install."""
    if not (absent := missing(*programs)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(absent)} …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "check": False, "timeout": 300}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # don't start the system's own Redis
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent], env=environment, **quiet)
    if absent := missing(*absent):
        raise SystemExit(f"not installed: {' and '.join(absent)}. On Debian, as root: apt-get install {' '.join(absent)}")
