"""A private Redis that keeps nothing on disk."""

from tests.servers.base import Server, is_open, program


class Redis(Server):
    name = "redis"

    def command(self) -> list[str]:
        return [
            program("redis-server", "redis-server"),
            *("--bind", "127.0.0.1", "--port", str(self.port)),
            *("--save", "", "--appendonly", "no", "--databases", "32", "--dir", str(self.folder)),
        ]

    def is_ready(self) -> bool:
        return is_open(self.port)

    def url(self, number: int = 0) -> str:
        """The REDIS_URL of one of its 32 databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"
