from __future__ import annotations

import httpx2

from shared.http import attach
from shared.mongo import connect
from shared.resources import Resources
from tests.doors import client_of
from tests.shared.http.library import library


async def test_a_door_that_is_open_is_live_started_and_ready(door: httpx2.AsyncClient) -> None:
    answers = {probe: (await door.get(f"/health/{probe}")).status_code for probe in ("live", "started", "ready")}

    assert answers == {"live": 200, "started": 200, "ready": 200}


async def test_before_it_has_begun_it_lives_but_is_not_ready() -> None:
    async with client_of(library.api(None)) as door:
        answers = {probe: (await door.get(f"/health/{probe}")).status_code for probe in ("live", "started", "ready")}

    assert answers == {"live": 200, "started": 503, "ready": 503}


async def test_while_it_drains_it_is_not_ready(resources: Resources) -> None:
    app = attach(library.api(None), resources)
    app.state.probes.draining = True

    async with client_of(app) as door:
        assert (await door.get("/health/ready")).json() == {"status": "not-ready"}
        assert (await door.get("/health/live")).status_code == 200


async def test_without_its_database_it_is_not_ready() -> None:
    nowhere = connect("mongodb://127.0.0.1:9/?directConnection=true", app_name="library")
    app = library.api(None)
    app.state.probes.client = nowhere
    app.state.probes.started = True

    async with client_of(app) as door:
        assert (await door.get("/health/ready")).status_code == 503
        assert (await door.get("/health/live")).status_code == 200
    await nowhere.close()


async def test_metrics_are_exposed_as_prometheus_asks(door: httpx2.AsyncClient) -> None:
    plain = await door.get("/metrics")
    openmetrics = await door.get(
        "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0,*/*;q=0.1"}
    )

    assert plain.headers["content-type"].startswith("text/plain")
    assert "process_resident_memory_bytes" in plain.text
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")
