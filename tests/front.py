"""The server in front of the shop, as it is shipped: real nginx on a free port."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.machine import require
from tests.polling import wait_for
from tests.servers import free_port
from tests.shop_server import ROOT

START = ROOT / "deploy" / "nginx" / "start"
_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")


class Front:
    """A running nginx; `url` is its address. `settings` are the variables of deploy/nginx/start."""

    def __init__(self, folder: Path, **settings: str) -> None:
        require(_MODULE.exists(), "no nginx with brotli: nginx-light, libnginx-mod-http-brotli-static")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "nginx.log"
        self._settings = {
            "LISTEN": f"127.0.0.1:{self.port}",
            "RUN_DIR": str(folder),
            "INCLUDE": str(folder / "none"),
            "NGINX_USER": pwd.getpwuid(os.getuid()).pw_name,
        } | settings
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [START], env=os.environ | self._settings, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_for(self._answers, what="answer of nginx")
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"nginx did not start:\n{self._log.read_text()}")
        try:
            return bool(requests.get(f"{self.url}/metrics", timeout=30).status_code)
        except requests.ConnectionError:
            return False

    def use(self, **settings: str) -> None:
        """Go on with other settings, as `deploy/nginx/start -s reload` does it."""
        self._settings |= settings
        subprocess.run([START, "-s", "reload"], env=os.environ | self._settings, check=True)

    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


@contextmanager
def running_front(folder: Path, **settings: str) -> Iterator[Front]:
    front = Front(folder, **settings)
    try:
        yield front
    finally:
        front.stop()
