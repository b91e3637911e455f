"""What a backup holds: its files with their checksums, and the figures of what is in them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.utils.crypto import salted_hmac

from dashboard.services.backup.errors import BackupError

NAME = "manifest.json"
# Raised when a backup is laid out in another way.
FORMAT = 1
CHUNK = 1024 * 1024

Manifest = dict[str, Any]


def write(folder: Path, **content: Any) -> Manifest:
    """Complete the backup in `folder` with its manifest."""
    manifest = {"format": FORMAT, **content, "key": key_print(), "files": _files(folder)}
    (folder / NAME).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose files are all there and unchanged.

    Raises BackupError for anything else, before anything is restored from it.
    """
    try:
        manifest: Manifest = json.loads((folder / NAME).read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no complete backup: it has no {NAME}.") from error
    except ValueError as error:
        raise BackupError(f"{folder / NAME} cannot be read: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{folder} has the format {manifest.get('format')}; this shop reads {FORMAT}.")
    actual = _files(folder)
    for name, expected in manifest["files"].items():
        if name not in actual:
            raise BackupError(f"{name} is missing from the backup.")
        if actual[name] != expected:
            raise BackupError(f"{name} is not what was backed up: its size or its checksum differs.")
    return manifest


def key_print() -> str:
    """Tells whether a backup was made under the same SECRET_KEY, and nothing about the key."""
    return salted_hmac("dashboard.backup", "key").hexdigest()[:16]


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        str(path.relative_to(folder)): {"size": path.stat().st_size, "sha256": _checksum(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
