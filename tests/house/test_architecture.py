"""The rules of the house that a machine can hold."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from changle.core.privacy import undeclared_fields
from changle.core.reach import Reachable


ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "changle"
OURS = [config for config in apps.get_app_configs() if config.name.startswith("changle.")]
MODELS = [model for config in OURS for model in config.get_models()]
APP_FILES = {
    "__init__", "models", "queries", "lifecycle", "actions", "forms", "views", "urls", "apps",
    "indicators", "importing", "roles", "migrations", "management", "templates", "templatetags",
    "static", "data",
}  # fmt: skip


def sources(folder: Path = HOUSE) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.py")) if "migrations" not in p.parts]


@pytest.mark.parametrize(
    "config", [c for c in OURS if ".core" not in c.name and ".site" not in c.name], ids=str
)
def test_an_app_has_the_files_of_the_house_and_no_others(config):
    folder = Path(config.path)
    names = {
        p.stem if p.suffix == ".py" else p.name
        for p in folder.iterdir()
        if not p.name.startswith("__pyc")
    }
    assert names <= APP_FILES


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_field_has_a_class_of_privacy(model):
    assert undeclared_fields(model) == []


def test_domain_models_lie_in_the_territory():
    outside = [
        model._meta.label
        for model in MODELS
        if model.__module__.startswith(("changle.services", "changle.oversight"))
        and not issubclass(model, Reachable)
    ]
    assert outside == []


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_short(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 320, "split it by noun"
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > 45
    ]
    assert long == []


def test_views_read_only_what_the_actor_reaches():
    guilty = []
    views = [p for p in sources() if p.stem == "views" or p.parent.name == "views"]
    views += sources(HOUSE / "faces")
    for path in views:
        if path.parts[-2] == "api" and path.stem == "models":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
                if path.stem in {"actions", "queries"} or path.parent.name in {
                    "actions",
                    "queries",
                }:
                    continue  # the app's own tables, such as tokens
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []


def test_only_fire_assigns_state():
    guilty = []
    for path in sources():
        if path.name == "lifecycle.py" and path.parent.name == "core":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr == "state"
                    and path.name != "jobs.py"
                ):
                    guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []


def test_no_import_hides_in_a_function():
    allowed = {"apps.py"}
    guilty = []
    for path in sources():
        if path.name in allowed:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []


def templates() -> list[Path]:
    return sorted(HOUSE.rglob("templates/**/*.html"))


def test_templates_hold_no_inline_script_or_style():
    guilty = []
    for path in templates():
        text = path.read_text("utf-8")
        if re.search(r"<style|\sstyle=|\son\w+=", text):
            guilty.append(str(path.relative_to(ROOT)))
        for script in re.findall(r"<script[^>]*>", text):
            if "src=" not in script and "json" not in script:
                guilty.append(f"{path.relative_to(ROOT)}: {script}")
    assert guilty == []


def test_every_template_is_used():
    names = {str(p).split("/templates/", 1)[1] for p in templates()}
    text = "\n".join(p.read_text("utf-8") for p in [*sources(), *templates()])
    used = {name for name in names if f'"{name}"' in text or f"'{name}'" in text}
    by_library = {
        n for n in names if n.startswith(("account/", "mfa/", "usersessions/", "allauth/"))
    }
    by_django = {"404.html", "500.html", "403.html", "400.html", "403_csrf.html"}
    assert sorted(names - used - by_library - by_django) == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def tracked() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in answer.stdout.decode().split("\0") if name]


def test_no_big_file_and_no_foreign_address_is_committed():
    bad = []
    for path in tracked():
        if not path.is_file():
            continue
        if path.stat().st_size > 1_048_576:
            bad.append(f"{path}: over 1 MB")
        if path.suffix in {".lock", ".json", ".npmrc", ".toml"} and "vendor" not in path.parts:
            text = path.read_text("utf-8")
            if re.search(r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|registry|mirror)", text):
                bad.append(f"{path}: a registry's address")
    assert bad == []
