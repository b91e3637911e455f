"""The databases that tests begin with: migrated once for a run, then copied as files.

Migrating takes longest of all that a run prepares, and every worker and every shop of a test needs
the same tables.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tests.settings import RUN_DIR_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
FILES = {"default": "shop.sqlite3", "documents": "documents.sqlite3"}

# Migrating throws away thousands of model classes, and looking for them takes half its time.
_MIGRATE = """
import gc, sys
from django.core.management import execute_from_command_line
gc.disable()
execute_from_command_line(["manage.py", "migrate", "--database", sys.argv[1], "--verbosity", "0"])
"""


def migrated() -> Path:
    """The folder of this run with migrated, otherwise empty databases (`FILES`).

    Whichever worker asks first makes it, both databases at the same time; the others wait.
    """
    run_dir = Path(os.environ[RUN_DIR_VARIABLE])
    folder = run_dir / "migrated"
    with (run_dir / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            folder.mkdir(exist_ok=True)
            environment = os.environ | {
                "VAR_DIR": str(folder),
                "DATABASE_URL": "",
                "MONGODB_URI": "",
                "DJANGO_SETTINGS_MODULE": "ecommerce.settings",
            }
            command = [sys.executable, "-c", _MIGRATE]
            makers = [subprocess.Popen([*command, alias], cwd=ROOT, env=environment) for alias in FILES]
            failed = [alias for alias, maker in zip(FILES, makers, strict=True) if maker.wait()]
            if failed:
                raise RuntimeError(f"migrating failed: {', '.join(failed)}")
            (folder / "ready").touch()
    return folder
