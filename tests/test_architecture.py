"""The boundaries between services and between rooms, held by import-linter's contracts in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_import_crosses_a_boundary() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours

    assert done.returncode == 0, done.stdout + done.stderr


def modules(*folders: str) -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for folder in folders for path in (ROOT / folder).rglob("*.py")}


def imported(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_faust_is_for_views_only() -> None:
    users = {
        path
        for path, module in modules("services", "shared", "ops", "gateway", "web").items()
        if any(name.split(".")[0] == "faust" for name in imported(module))
    }

    assert {str(path.relative_to(ROOT)) for path in users} == {"shared/views/faust_app.py", "ops/bench/views.py"}


def test_middleware_is_plain_asgi() -> None:
    """Neither Starlette's own class for it nor FastAPI's decorator, which uses that class."""
    for path, module in modules("services", "shared", "ops", "gateway", "web").items():
        assert not any(name.endswith("BaseHTTPMiddleware") for name in imported(module)), path
        calls = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
        assert "middleware" not in {call.attr for call in calls if isinstance(call, ast.Attribute)}, path
