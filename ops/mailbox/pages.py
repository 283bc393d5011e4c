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

from ops.mailbox.look import STYLE
from ops.mailbox.store import Mail, MailStore

# A mail is a stranger's text: no script runs on these pages, and nothing is fetched from elsewhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'none'"


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
        rows = "".join(row(mail) for mail in store.all())
        head = "<thead><tr><th>Subject<th>To<th>Sent</thead>"
        none = "<p>No mail yet. Whatever the platform sends arrives here, and nowhere else.</p>"
        return page("Mailbox", f"<table>{head}<tbody>{rows}</tbody></table>" if rows else none)

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


def row(mail: Mail) -> str:
    """A line of the list."""
    subject = escape(str(mail.parsed["Subject"] or "(no subject)"))
    return (
        f'<tr><td><a href="/mail/{mail.id}">{subject}</a>'
        f"<td>{escape(', '.join(mail.recipients))}<td>{escape(sent(mail))}"
    )


def sent(mail: Mail) -> str:
    """When, by UTC, as the mail says it."""
    date = getattr(mail.parsed["Date"], "datetime", None)
    return f"{date:%d %b %Y, %H:%M:%S}" if date else str(mail.parsed["Date"] or "")


def rendered(mail: Mail) -> str:
    """A mail for people: headers, text, the HTML in a frame that may do nothing, attachments to download."""
    message = mail.parsed
    shown = ("From", "To", "Subject", "Date", "List-Unsubscribe")
    head = "".join(f"<div><dt>{name}<dd>{linked(str(message[name]))}</div>" for name in shown if message[name])
    text, html = body(message, "plain"), body(message, "html")
    parts = [f"<dl>{head}</dl>"]
    if text:
        parts.append(f"<h2>Text</h2><pre>{linked(text)}</pre>")
    if html:
        framed = escape(followed_elsewhere(html))
        parts.append(f'<h2>HTML</h2><iframe title="The mail" sandbox="{FRAME}" srcdoc="{framed}"></iframe>')
    for number, part in enumerate(message.iter_attachments()):
        name = escape(part.get_filename() or "attachment")
        parts.append(f'<p><a href="/messages/{mail.id}/attachments/{number}">{name}</a></p>')
    return "".join(parts) + f'<p class="end"><a href="/">All mail</a> <a href="/messages/{mail.id}/raw">Source</a></p>'


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
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{STYLE}</style><header><a href="/">The mailbox</a> takes all mail, and delivers none</header>'
        f"<main><h1>{escape(title)}</h1>{content}</main>"
    )
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HTMLResponse(document, status, headers)
