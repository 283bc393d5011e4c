"""The HTTP door: the mailbox as JSON for programs, and as plain pages for people."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ops.mailbox.store import Mail, MailStore

# A mail is a stranger's text: no script runs on these pages, and nothing is fetched from elsewhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'none'"
STYLE = "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}td{padding:.2rem 1rem .2rem 0}pre{white-space:pre-wrap}iframe{width:100%;height:30rem;border:1px solid #ccc}"  # noqa: E501


LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

FRAME = "allow-popups allow-popups-to-escape-sandbox"
"""What a mail's HTML may do: a link that somebody follows opens elsewhere. No script, no form, no origin."""


def create_app(store: MailStore) -> Starlette:
    """Pages over a store."""

    async def list_json(request: Request) -> Response:
        to = request.query_params.get("to")
        limit = min(int(request.query_params.get("limit", "100")), 1000)
        found = [summary(mail) for mail in store.all() if to is None or to.casefold() in lowered(mail.recipients)]
        return JSONResponse({"items": found[:limit], "total": len(found)})

    async def one_json(request: Request) -> Response:
        mail = store.get(request.path_params["id"])
        return JSONResponse(details(mail)) if mail else JSONResponse({"title": "No such mail"}, 404)

    async def one_raw(request: Request) -> Response:
        mail = store.get(request.path_params["id"])
        return Response(mail.raw, media_type="message/rfc822") if mail else Response(status_code=404)

    async def attachment(request: Request) -> Response:
        mail = store.get(request.path_params["id"])
        parts = list(mail.parsed.iter_attachments()) if mail else []
        number = request.path_params["number"]
        if number >= len(parts):
            return Response(status_code=404)
        name = parts[number].get_filename() or "attachment"
        headers = {"Content-Disposition": "attachment; filename*=UTF-8''" + "".join(f"%{b:02X}" for b in name.encode())}
        return Response(content_of(parts[number]), media_type=parts[number].get_content_type(), headers=headers)

    async def clear(_request: Request) -> Response:
        return JSONResponse({"removed": store.clear()})

    async def list_page(_request: Request) -> Response:
        rows = "".join(
            f"<tr><td>{escape(str(mail.parsed['Date'] or ''))}<td>{escape(', '.join(mail.recipients))}"
            f'<td><a href="/mail/{mail.id}">{escape(str(mail.parsed["Subject"] or "(no subject)"))}</a>'
            for mail in store.all()
        )
        return page("Mailbox", f"<table>{rows}</table>" if rows else "<p>No mail yet.</p>")

    async def one_page(request: Request) -> Response:
        mail = store.get(request.path_params["id"])
        return page(str(mail.parsed["Subject"] or ""), rendered(mail)) if mail else page("No such mail", "", 404)

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/", list_page),
            Route("/mail/{id}", one_page),
            Route("/messages", list_json),
            Route("/messages", clear, methods=["DELETE"]),
            Route("/messages/{id}", one_json),
            Route("/messages/{id}/raw", one_raw),
            Route("/messages/{id}/attachments/{number:int}", attachment),
            Route("/health/live", live),
            Route("/health/ready", live),
        ],
        # Against pages elsewhere that point their own name at this machine (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def lowered(addresses: list[str]) -> list[str]:
    return [address.casefold() for address in addresses]


def summary(mail: Mail) -> dict[str, Any]:
    """What the list tells of a mail."""
    message = mail.parsed
    return {
        "id": mail.id,
        "to": mail.recipients,
        "from": str(message["From"] or ""),
        "subject": str(message["Subject"] or ""),
        "date": str(message["Date"] or ""),
        "message_id": str(message["Message-ID"] or ""),
    }


def details(mail: Mail) -> dict[str, Any]:
    """All of a mail, its attachments in base64."""
    message = mail.parsed
    return {
        **summary(mail),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "attachments": [
            {
                "filename": part.get_filename(),
                "content_type": part.get_content_type(),
                "parameters": dict(part["Content-Type"].params) if part["Content-Type"] else {},
                "content": base64.b64encode(content_of(part)).decode(),
            }
            for part in message.iter_attachments()
        ],
    }


def body(message: EmailMessage, kind: str) -> str | None:
    """The text or HTML part."""
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else None


def content_of(part: Any) -> bytes:
    """An attachment's bytes."""
    return part.get_payload(decode=True) or b""


def rendered(mail: Mail) -> str:
    """A mail for people: headers, text, the HTML in a frame that may do nothing, attachments to download."""
    message = mail.parsed
    shown = ("From", "To", "Subject", "Date", "List-Unsubscribe")
    head = "".join(f"<tr><td>{name}<td>{linked(str(message[name]))}" for name in shown if message[name])
    text, html = body(message, "plain"), body(message, "html")
    parts = [f"<table>{head}</table>"]
    if text:
        parts.append(f"<h2>Text</h2><pre>{linked(text)}</pre>")
    if html:
        framed = escape(followed_elsewhere(html))
        parts.append(f'<h2>HTML</h2><iframe title="The mail" sandbox="{FRAME}" srcdoc="{framed}"></iframe>')
    for number, part in enumerate(message.iter_attachments()):
        name = escape(part.get_filename() or "attachment")
        parts.append(f'<p><a href="/messages/{mail.id}/attachments/{number}">{name}</a></p>')
    return "".join(parts) + f'<p><a href="/messages/{mail.id}/raw">Source</a> · <a href="/">All mail</a></p>'


def followed_elsewhere(html: str) -> str:
    """The HTML with its links leading to a window of their own."""
    head = HEAD.search(html)
    position = head.end() if head else 0
    return f'{html[:position]}<base target="_blank">{html[position:]}'


def linked(text: str) -> str:
    """Text for a page, its web addresses as links, as mail programs show them."""
    parts, position = [], 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        parts += [escape(text[position : found.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        position = found.end()
    return "".join(parts) + escape(text[position:])


def page(title: str, content: str, status: int = 200) -> Response:
    """One page."""
    document = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>{content}"
    )
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HTMLResponse(document, status, headers)
