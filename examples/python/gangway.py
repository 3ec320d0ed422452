"""A client of the JSON APIs of Gangway, with the standard library only."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("GANGWAY_URL", "http://127.0.0.1:28917")


class ApiError(Exception):
    """A reply with a status other than 2xx."""

    def __init__(self, status: int, body: dict):
        super().__init__(f"{status} {body.get('errcode')}: {body.get('error')}")
        self.status = status
        self.code = body.get("errcode")


def call(token: str, path: str, body: dict | None = None, **query: str) -> dict:
    """Sends a POST, and returns the body of the reply."""
    target = f"{URL}{path}"
    if query:
        target += "?" + urllib.parse.urlencode(query)
    request = urllib.request.Request(target, method="POST", data=json.dumps(body or {}).encode())
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=90) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise ApiError(error.code, json.load(error)) from None
