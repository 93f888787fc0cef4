"""The web server in one call: gunicorn with our settings, and the background worker beside it."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from changle.site.worker import work_until


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *, with_worker: bool, on_ready: Callable[[], None]) -> None:
        self.with_worker = with_worker
        self.on_ready = on_ready
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"{bracketed(settings.HOST)}:{settings.PORT}",
            "workers": settings.CHANGLE_WORKERS,
            "threads": settings.CHANGLE_THREADS,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 120,
            "keepalive": 15,
            "accesslog": None,
            "loglevel": "warning",
            "worker_tmp_dir": None,
            "control_socket_disable": True,
            "when_ready": self.when_ready,
            "post_fork": lambda _server, _worker: connections.close_all(),
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()  # only now: it lists the static files
        # Every view is loaded before the workers are forked, and the collector leaves all that
        # alone: so the workers share its pages instead of each having its own.
        import_module(settings.ROOT_URLCONF)
        gc.collect()
        gc.freeze()
        return application

    def when_ready(self, _server: Any) -> None:
        connections.close_all()
        if self.with_worker:
            fork_worker()
        self.on_ready()


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def fork_worker() -> None:
    """The worker shares the memory of the server that it was forked from, and ends with it."""
    parent = os.getpid()
    if os.fork():
        return
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(name, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work_until(lambda: os.getppid() != parent)
    finally:
        os._exit(0)


def collect_static() -> None:
    """Copy, hash and compress the static files, when one of them is newer than the last copy."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    newest = 0.0
    for finder in get_finders():
        for path, storage in finder.list([]):
            newest = max(newest, Path(storage.path(path)).stat().st_mtime)
    if manifest.exists() and manifest.stat().st_mtime > newest:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=manifest.exists())
    manifest.touch()


def welcome() -> None:
    url = f"http://{bracketed(settings.HOST)}:{settings.PORT}/"
    lines = [f"\n长乐已启动 Changle is running:  {url}"]
    if settings.CHANGLE_DEMO:
        lines += [
            f"工作台登录 Sign in:  {url}account/sign-in/  （演示模式：点角色按钮即可，无需密码",
            "  demonstration mode: one button per role, no password）",
            "  qu 区民政局 civil-affairs bureau · jie-zhangjiabu 街道 street office",
            "  zhongxin-zhangjiabu 街道中心 centre · zuzhi-qiuwen 组织 organisation · jumin 居民 resident",
        ]
    else:
        lines.append("第一位管理员 First administrator:  bin/changle createadmin")
    lines.append("停止 Stop:  Ctrl-C\n")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def serve(*, with_worker: bool = True) -> None:
    collect_static()
    Server(with_worker=with_worker, on_ready=welcome).run()
