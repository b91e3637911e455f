"""Pictures and private files: packed when they are in a folder, listed when they are in a bucket.

A bucket protects itself by versions and a copy in another place (docs/production.md); its list says
whether anything is missing from it after a disaster.
"""

import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import FileSystemStorage, Storage, storages

# The name of a part in a backup -> the storage it is from.
STORAGES = {"media": "default", "private": "private"}


def dump(part: str, folder: Path) -> Path:
    """Write the files of `part`, or their list, into `folder`; returns what was written."""
    storage = storages[STORAGES[part]]
    if isinstance(storage, FileSystemStorage):
        return _pack(Path(storage.location), folder / f"{part}.tar")
    target = folder / f"{part}.list.gz"
    with gzip.open(target, "wt", encoding="utf-8") as names:
        for name in names_in(storage):
            names.write(f"{name}\n")
    return target


def load(part: str, folder: Path) -> list[str]:
    """Put the files back beside what is there; returns the names that a bucket no longer has."""
    packed = folder / f"{part}.tar"
    storage = storages[STORAGES[part]]
    if packed.exists():
        return _unpack(packed, storage)
    with gzip.open(folder / f"{part}.list.gz", "rt", encoding="utf-8") as names:
        listed = {name.rstrip("\n") for name in names}
    return sorted(listed - set(names_in(storage)))


def names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every file of a storage, by the name the shop's records use."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(files) if name)
    for name in sorted(folders):
        yield from names_in(storage, prefix + name)


def _pack(source: Path, target: Path) -> Path:
    # Not compressed: pictures and PDFs are.
    with tarfile.open(target, "w") as packed:
        for path in sorted(source.rglob("*")) if source.is_dir() else []:
            if path.is_file():
                try:
                    packed.add(path, arcname=str(path.relative_to(source)))
                except FileNotFoundError:  # erased while we were packing, as it should be
                    continue
    return target


def _unpack(packed: Path, storage: Storage) -> list[str]:
    """Into the folder, or into the bucket of a shop that has moved to one since."""
    with tarfile.open(packed) as archive:
        if isinstance(storage, FileSystemStorage):
            archive.extractall(storage.location, filter="data")
            return []
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and not storage.exists(member.name):
                storage.save(member.name, content)  # type: ignore[arg-type]
    return []
