"""Files as they were at a git revision."""

import io
import subprocess
import tarfile
from pathlib import Path

from tools.server import ROOT


def unpack(revision: str, folder: Path, *paths: str) -> None:
    """The files of a git revision, or those under `paths`, into a folder. Raises SystemExit when git does not know it, or it had none of them."""
    said = subprocess.run(["git", "archive", "--format=tar", revision, *paths], cwd=ROOT, capture_output=True)
    if said.returncode:
        raise SystemExit(f"git has no {' '.join(paths) or 'files'} at revision {revision}: {said.stderr.decode().strip()}")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(said.stdout)) as archive:
        archive.extractall(folder, filter="data")
