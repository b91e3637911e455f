"""A fake Facebook and a fake Google: the page where one agrees, and what the shop asks afterwards.

Verbs: `person` (`sub`, `name`, `email`, `verified`: who is signed in there; `email` may be ""),
`settings` (`audience`: for whom Google's answer is meant; `state`: sent back instead of the shop's).
"""

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt

from tests.fakes.server import FakeApi, Page, Redirect, Refusal

CLIENT, SECRET = "client-of-the-shop", "secret-of-the-shop"
TOKEN = "token-of-a-person"  # noqa: S105
_PAGE = (
    "<!doctype html><html lang=en><title>Agree</title><link rel=icon href=data:,><main><h1>Agree?</h1>"
    "<form method=post><button name=choice value=allow>Allow</button> "
    "<button name=choice value=cancel>Cancel</button></form></main></html>"
)


class Api(FakeApi):
    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.person = {"sub": "1001", "name": "Ada Bauer", "email": "ada@example.com", "verified": True}
        self.audience, self.state = CLIENT, ""
        self.codes: dict[str, dict[str, str]] = {}

    def do_person(self, **fields: Any) -> Any:
        with self.lock:
            self.person |= fields
        return {}

    def do_settings(self, audience: str = CLIENT, state: str = "") -> Any:
        with self.lock:
            self.audience, self.state = audience, state
        return {}

    def handle(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Any:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if path.endswith(("/auth", "/dialog/oauth")):
            return self._agree(asked, form) if method == "POST" else Page(_PAGE)
        if path.endswith(("/token", "/oauth/access_token")):
            return self._token(form or asked)
        if path.endswith("/me"):
            return self._me(asked)
        return super().handle(method, path, query, headers, body)

    def _agree(self, asked: dict[str, str], form: dict[str, str]) -> Redirect:
        answer = {"state": self.state or asked["state"]}
        if form.get("choice") == "allow":
            answer["code"] = f"code-{len(self.codes)}"
            self.codes[answer["code"]] = asked
        else:
            answer["error"] = "access_denied"
        return Redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _token(self, form: dict[str, str]) -> Any:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            raise Refusal(401, {"error": "invalid_client"})
        if challenge := asked.get("code_challenge"):
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
                raise Refusal(400, {"error": "invalid_grant"})
        answer = {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600}
        return answer | ({"id_token": self._id_token()} if "openid" in asked.get("scope", "") else {})

    def _id_token(self) -> str:
        who = {key: value for key, value in self.person.items() if key != "verified" and value}
        claims = who | {"iss": self.base_url, "aud": self.audience, "exp": int(time.time()) + 300}
        claims |= {"email_verified": self.person["verified"], "picture": "https://pictures.example/ada"}
        return jwt.encode(claims, "a key the shop need not know" * 2, algorithm="HS256")

    def _me(self, asked: dict[str, str]) -> Any:
        if asked.get("access_token") != TOKEN:
            raise Refusal(401, {"error": "unknown token"})
        who = {"id": self.person["sub"], "name": self.person["name"], "email": self.person["email"]}
        return {key: value for key, value in who.items() if value}
