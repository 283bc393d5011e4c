"""Stylesheet, scripts and pictures of the site: read once, named by their content, kept by browsers for good."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "same-origin"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    url: str
    media_type: str
    content: bytes


class Assets:
    """All of them, by the name that templates use: ``site.css``, ``htmx.js``, ``icon.svg``."""

    def __init__(self, folder: Path = STATIC) -> None:
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        files |= {path.name: path.read_bytes() for path in sorted((folder / "vendor").glob("*.js"))}
        files["site.css"] = stylesheet(folder / "css")
        self._by_name = {name: _asset(name, content) for name, content in files.items()}
        self._by_url = {asset.url: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """Where the asset is; it fails for one that is not there, so that no page links to nothing."""
        return self._by_name[name].url

    def routes(self) -> list[Route]:
        """Serve them."""

        async def serve(request: Request) -> Response:
            asset = self._by_url.get(request.url.path)
            if asset is None:
                return Response("There is nothing here.", 404, media_type="text/plain")
            return Response(asset.content, media_type=asset.media_type, headers=FOREVER)

        return [Route("/static/{name:path}", serve)]


def stylesheet(folder: Path) -> bytes:
    """The one stylesheet: the parts in the order of their names, without comments and idle space."""
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.css")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).strip().encode()


def _asset(name: str, content: bytes) -> Asset:
    stem, dot, ending = name.rpartition(".")
    digest = hashlib.blake2b(content, digest_size=6).hexdigest()
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(f"/static/{stem}.{digest}{dot}{ending}", media_type, content)
