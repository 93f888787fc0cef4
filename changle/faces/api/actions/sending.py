"""One event sent: signed after Standard Webhooks 1.0, to hosts that the operator named."""

import base64
import hashlib
import hmac
import http.client
import secrets
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


SECONDS = 10
PREFIX = "whsec_"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MOST_HEARD = 200


@dataclass(frozen=True)
class Answer:
    status: int | None  # none: nobody answered
    said: str = ""

    @property
    def well(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  RFC 9110

    @property
    def gone(self) -> bool:
        return self.status == http.HTTPStatus.GONE


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """v1: HMAC-SHA-256 over id, seconds since the epoch and body, joined by points."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def refusal_of(url: str) -> str:
    """Why nothing is sent there; "" where it may be.

    Hosts are named by the operator, so that nobody makes the server knock at doors of its own
    network; in the demonstration the machine itself is one.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "网址不完整。"
    if parts.scheme not in {"http", "https"} or not host or parts.username:
        return "网址应以 https:// 开头，不带用户名。"
    if host in LOOPBACK and settings.CHANGLE_DEMO:
        return ""
    if host not in settings.CHANGLE_WEBHOOK_HOSTS:
        return f"“{host}”不在允许接收推送的主机之列，请系统管理员加入设置 CHANGLE_WEBHOOK_HOSTS。"
    return "" if parts.scheme == "https" else "网址应以 https:// 开头。"


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Send once; a redirect is no arrival. Never raises: nobody there is an answer too."""
    if why := refusal_of(url):
        return Answer(None, why)
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(kind(str(parts.hostname), parts.port, timeout=SECONDS)) as door:
            door.request("POST", target, body.encode(), headers)
            heard = door.getresponse()
            said = heard.read(MOST_HEARD).decode("utf-8", "replace")
            return Answer(heard.status, said.replace("\x00", ""))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Answer(None, f"没有连上：{error}"[:MOST_HEARD])
