"""What a person sees who asks for a page of the site while the site is away: a page, where programs get a document.

It stands in Envoy's own configuration, because nothing else is there to answer.
"""

from __future__ import annotations

import base64
import hashlib

from gateway.table import NOT_THE_SITES

STYLE = (
    ":root{color-scheme:light dark;--ground:#f7f5f0;--ink:#1d2b2a;--action:#0d5c56}"
    "@media(prefers-color-scheme:dark){:root{--ground:#141b1b;--ink:#ece9e2;--action:#7fd1c7}}"
    "body{margin:0;background:var(--ground);color:var(--ink);font:1.125rem/1.6 system-ui,sans-serif}"
    "main{max-width:36rem;margin:12vh auto;padding:0 1.5rem}h1{font:600 2rem/1.2 Georgia,serif}"
    "a{color:var(--action);display:inline-block;padding:.35rem 0}small{opacity:.8}"
)
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
        f'<h1>{heading}</h1><p>{words}</p><p><a href="">Try again</a></p>{others}'
        "<p><small>%REQ(X-REQUEST-ID)%</small></p></main></body></html>"
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def asked_for() -> str:
    """CEL: whether a page of the site is asked for, by somebody who would like HTML."""
    likes_html = "'accept' in request.headers && request.headers['accept'].contains('text/html')"
    ours = " && ".join(
        f"request.url_path != '{prefix}' && !request.url_path.startsWith('{prefix}/')" for prefix in NOT_THE_SITES
    )
    return f"{likes_html} && {ours}"
