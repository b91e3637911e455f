"""A secret key for machines where nobody set one."""

import os
import secrets
from pathlib import Path


def load_or_create(path: Path) -> str:
    """Return the key kept in `path`, creating it (readable by its owner only) when missing.

    The file is written under another name and linked into place, so that two processes that
    start together end with the same key.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
