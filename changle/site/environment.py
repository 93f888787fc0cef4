"""Settings by environment; a value that makes no sense stops the start with a sentence."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class Nonsense(SystemExit):
    """A setting that cannot be meant."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"配置 {name} 有误：{why}\n(setting {name}: {why})")


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise Nonsense(f"{name}_FILE", f"读不到文件 {path}（{error.strerror}）") from None
    return os.environ.get(name) or default


def read_file(path: Path) -> None:
    """NAME=value lines of a `.env` file; what the environment already says goes before."""
    if not path.is_file():
        return
    for line in path.read_text("utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name.isidentifier():
            os.environ.setdefault(name, value.strip().strip("\"'"))


def switch(name: str, *, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false"}:
        raise Nonsense(name, f"只能是 0 或 1，现在是“{value}”")
    return value in {"1", "true"}


def number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise Nonsense(name, f"应为 {least} 到 {most} 的整数，现在是“{value}”")
    return int(value)


def listing(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Nonsense(name, f"不能建立文件夹 {path}（{error.strerror}）") from None
    if not os.access(path, os.W_OK):
        raise Nonsense(name, f"文件夹 {path} 不可写")
    return path


def database(name: str, default: Path) -> dict[str, object]:
    """postgres://user:password@host:port/name?sslmode=require, or sqlite:///path; else the default."""
    value = text(name, f"sqlite:///{default}")
    parts = urlsplit(value)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "changle.core.sqlite",
            "NAME": parts.path[1:] if parts.path.startswith("//") else parts.path,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            "CONN_MAX_AGE": None,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(parse_qsl(parts.query))
        host = unquote(query.pop("host", parts.hostname or ""))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or query.pop("port", "")),
            "OPTIONS": query,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise Nonsense(name, "应以 sqlite:/// 或 postgres:// 开头")


def kept_secret(name: str, path: Path, *, bytes_long: int = 48) -> str:
    """A secret from the environment, or one made once and kept readable by the owner alone."""
    value = text(name)
    if value:
        least = 32
        if len(value) < least:
            raise Nonsense(name, f"至少 {least} 个字符")
        return value
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        made = secrets.token_urlsafe(bytes_long)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it meanwhile
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made
