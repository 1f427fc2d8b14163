"""Node and the packages that tests run with it, as the lock file beside this one has them: installed once."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.packages import COMMANDS, NODE, ensure

HERE = Path(__file__).parent
BUILD = Path(__file__).parents[3] / "build"


def install_packages() -> Path:
    """Return the folder in which the packages stand, as `node_modules`; install them first where they do not."""
    for package in NODE:
        ensure(package, is_there=COMMANDS.get(package))
    lock = HERE / "package-lock.json"
    folder = BUILD / f"node-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        BUILD.mkdir(exist_ok=True)
        # Made beside its place and then moved there: two test processes may do so at once.
        made = Path(tempfile.mkdtemp(dir=BUILD, prefix="node-new-"))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=made, check=True, capture_output=True)
        try:
            made.rename(folder)
        except OSError:
            shutil.rmtree(made)
    return folder
