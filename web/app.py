"""The only wiring of the site, and how its process begins and ends."""

from __future__ import annotations

import asyncio
import sys

import structlog
import uvloop
from pydantic import ValidationError
from starlette.applications import Starlette

from shared import logs, metrics
from shared.http.edge import Edge
from shared.http.health import Probes
from shared.processes import HttpServer, run_components, told_to_stop
from shared.settings import settings_table
from web import pages
from web.api import Gateway
from web.assets import Assets
from web.kept import KeptPages
from web.live import Streams
from web.pages import errors
from web.reference import Reference
from web.rendering import Renderer
from web.sessions import Sessions
from web.settings import WebSettings
from web.visit import Site

log = structlog.get_logger(__name__)

WRONG_SETTINGS = 2


class SiteProbes(Probes):
    """The site is ready once it serves: when the API is away it says so to its readers, and that is its work too."""

    async def ready(self) -> bool:
        """Whether a request would be served now."""
        return self.started and not self.draining


def create_app(settings: WebSettings, gateway: Gateway, probes: Probes, streams: Streams) -> Starlette:
    """The site, over a pool of connections to the gateway."""
    assets = Assets()
    site = Site(
        settings=settings,
        gateway=gateway,
        sessions=Sessions(gateway),
        renderer=Renderer(assets),
        reference=Reference(gateway, settings.beside_seconds),
        kept=KeptPages(),
        streams=streams,
        on_crash=errors.on_crash,
        form_key=settings.derived_key("forms"),
    )
    app = Starlette(
        routes=[*probes.routes(), *assets.routes(), *pages.routes()],
        exception_handlers=errors.HANDLERS,
    )
    app.state.site = site
    app.add_middleware(Edge)
    return app


async def serve(settings: WebSettings) -> int:
    """Serve until told to stop; returns the exit code."""
    gateway = Gateway(
        settings.gateway_url,
        settings.gateway_key.get_secret_value(),
        seconds=settings.api_seconds,
        connections=settings.api_connections,
    )
    probes, streams = SiteProbes(started=True), Streams()
    server = HttpServer(create_app(settings, gateway, probes, streams), probes, settings.host, settings.port)
    with told_to_stop() as stop:
        log.info("process.started", port=settings.port)
        try:
            code = await run_components([server, streams], stop)
        finally:
            await gateway.close()
        log.info("process.stopped", exit_code=code)
        return code


def main() -> None:
    """``python -m web``, or ``python -m web settings`` for the table of settings."""
    if sys.argv[1:] == ["settings"]:
        sys.stdout.write(settings_table(WebSettings))
        return
    try:
        settings = WebSettings()
    except ValidationError as error:
        for finding in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"WEB_{'_'.join(map(str, finding['loc'])).upper()}: {finding['msg']}\n")
        sys.exit(WRONG_SETTINGS)
    logs.configure("web", "site", settings.log_level)
    metrics.process_started("web", "site")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(serve(settings)))
