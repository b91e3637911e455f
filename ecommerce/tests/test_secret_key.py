"""The key of a machine where nobody set one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ecommerce.lib.secret_key import load_or_create


def test_it_is_made_once_and_kept(tmp_path):
    path = tmp_path / "new" / "secret-key"
    key = load_or_create(path)
    assert len(key) >= 50
    assert load_or_create(path) == key


def test_only_its_owner_can_read_it(tmp_path):
    load_or_create(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_two_machines_do_not_share_one(tmp_path):
    assert load_or_create(tmp_path / "one") != load_or_create(tmp_path / "other")


def test_starting_together_ends_with_one_key(tmp_path):
    together = Barrier(8)

    def start(_):
        together.wait(20)
        return load_or_create(tmp_path / "key")

    for _ in range(10):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(start, range(8)))
        assert keys == {(tmp_path / "key").read_text()}
        assert [file.name for file in tmp_path.iterdir()] == ["key"]
        (tmp_path / "key").unlink()
