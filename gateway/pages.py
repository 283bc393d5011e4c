"""What a person sees who asks for a page of the site while the site is away: a page, where programs get a document.

It stands in Envoy's own configuration, because nothing else is there to answer.
"""

from __future__ import annotations

import base64
import hashlib

from gateway.table import NOT_THE_SITES

STYLE = (
    ":root{color-scheme:light dark;--ground:#fbfaf6;--ink:#1a2124;--accent:#0b5c4b}"
    "@media(prefers-color-scheme:dark){:root{--ground:#15191a;--ink:#eceae3;--accent:#84d3b9}}"
    "body{margin:0;background:var(--ground);color:var(--ink);"
    "font:1.0625rem/1.55 'Segoe UI',Roboto,'Helvetica Neue','Noto Sans','Noto Sans Arabic',system-ui,sans-serif}"
    "main{max-width:36rem;margin:10vh auto;padding:0 1.5rem}main>p:first-child{color:var(--accent)}"
    "h1,main>p:first-child{font:700 1.5rem/1.2 'Iowan Old Style','Palatino Linotype',Palatino,'URW Palladio L',P052,"
    "Georgia,serif}h1{font-size:2.25rem}a{color:var(--accent);display:inline-block;padding:.35rem 0}"
)
"""The site's faces and its ground, ink and accent; its stylesheet is away with it."""

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""Nothing but the style above."""

WORDS = {
    429: ("Too many requests came from your network", "Wait a minute, then try again."),
    502: ("Plenary is away for a moment", "Nothing is lost. Try again in a minute."),
    503: ("Plenary is away for a moment", "Nothing is lost. Try again in a minute."),
    504: ("Plenary takes too long to answer", "Nothing is lost. Try again in a minute."),
}
"""What is said with which status."""

ELSEWHERE = {
    "fr": "Le site ne répond pas pour le moment. Réessayez dans une minute.",
    "es": "El sitio no responde en este momento. Vuelva a intentarlo en un minuto.",
    "ar": "الموقع لا يستجيب في الوقت الحالي. حاول مرة أخرى بعد دقيقة.",
}
"""The same for those who read it in another language."""


def page_for(status: int) -> str:
    """The page, as Envoy's text format: what stands between percent signs is put in. In ASCII, so that every writer of
    YAML leaves it on its lines.
    """
    heading, words = WORDS[status]
    others = "".join(
        f'<p lang="{language}"{" dir=rtl" if language == "ar" else ""}>{text}</p>'
        for language, text in ELSEWHERE.items()
        if status != 429
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{heading} – Plenary</title><style>{STYLE}</style></head><body><main>"
        f'<p>Plenary</p><h1>{heading}</h1><p>{words}</p><p><a href="">Try again</a></p>{others}'
        "<p><small>Request <code>%REQ(X-REQUEST-ID)%</code></small></p></main></body></html>"
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def asked_for() -> str:
    """CEL: whether a page of the site is asked for, by somebody who would like HTML."""
    likes_html = "'accept' in request.headers && request.headers['accept'].contains('text/html')"
    ours = " && ".join(
        f"request.url_path != '{prefix}' && !request.url_path.startsWith('{prefix}/')" for prefix in NOT_THE_SITES
    )
    return f"{likes_html} && {ours}"
