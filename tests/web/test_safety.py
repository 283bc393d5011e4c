"""What people write runs nowhere, forms of other sites do nothing, and no token is where a script could see it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from ops.embedded.services import ADMIN_EMAIL
from shared.ids import new_id
from tests.support import eventually
from tests.web.conftest import Site, Visitor

RUNS = "window.ran=1"
CORPUS = (
    f"<script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f'"><svg onload={RUNS}>',
    f"'\"--></style></script><script>{RUNS}</script>",
    f"[click](javascript:{RUNS})",
    f"[click](data:text/html;base64,{RUNS})",
    f'<a href="jav&#x09;ascript:{RUNS}">click</a>',
    f"<math><mtext></table><mglyph><style><img src=x onerror={RUNS}>",
    f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    f"<details open ontoggle={RUNS}>",
    f"<input autofocus onfocus={RUNS}>",
    f"<form id=x tabindex=0 onfocus={RUNS}><button formaction=javascript:{RUNS}>",
    f"</title><script>{RUNS}</script>",
    f"</textarea><script>{RUNS}</script>",
    f"</script><script>{RUNS}</script>",
    f"{{{{ {RUNS} }}}}{{% {RUNS} %}}",
    f'<noscript><p title="</noscript><img src=x onerror={RUNS}>">',
    "<b id=cookie name=forms data-hx-get=/log-out data-hx-trigger=load>clobber</b>",
)
"""OWASP's cheat sheet, mutation by foreign content, templates, and attributes that htmx would act on."""


async def _admin(site: Site) -> dict[str, str]:
    password = site.platform.state.secret("admin-password")
    async with site.api() as client:
        tokens = (await client.post("/v1/sessions", json={"email": ADMIN_EMAIL, "password": password})).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def _stored(site: Site) -> str:
    """An article, its comments and a suggestion full of it; returns the article's slug."""
    slug = f"hostile-{new_id()[-8:]}"
    title = CORPUS[0] + CORPUS[13]
    article: dict[str, Any] = {
        "external_id": slug,
        "slug": slug,
        "title": title[:190],
        "lead": " ".join(CORPUS)[:990],
        # Directly as they are, and as text where Markdown would read a link that the API refuses.
        "body": "\n\n".join(line for line in CORPUS if not line.startswith("[")),
        "byline": {"name": CORPUS[2], "title": CORPUS[14], "organisation": CORPUS[3]},
        "published_at": "2024-07-14T08:00:00Z",
        "exempt": True,
        "language": "en",
    }
    headers = await _admin(site)
    address, password = site.person("Official in Singapore")
    async with site.api() as client:
        made = await client.post("/v1/imports/articles", json=article, headers=headers)
        assert made.status_code in {200, 201}, made.text
        tokens = (await client.post("/v1/sessions", json={"email": address, "password": password})).json()
        hers = {"Authorization": f"Bearer {tokens['access_token']}"}
        comment = {"article_id": made.json()["id"], "body": "\n\n".join(CORPUS)}

        async def commented() -> bool:
            answer = await client.post("/v1/comments", json=comment, headers=hers)
            return answer.status_code == 201

        await eventually(commented, within=20, every=0.3)
        suggestion = {"title": CORPUS[1] + CORPUS[15], "description": "\n\n".join(CORPUS)}
        assert (await client.post("/v1/suggestions", json=suggestion, headers=hers)).status_code == 201
    return slug


async def test_nothing_that_people_store_runs_in_a_browser(site: Site, visitor: Visitor) -> None:
    slug = await _stored(site)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))

    for path in (
        f"/articles/{slug}",
        f"/articles/{slug}/comments?order=newest",
        "/",
        "/search?q=hostile+" + "%3Cscript%3Ewindow.ran%3D1%3C%2Fscript%3E",
        "/suggestions",
    ):
        page = await visitor.open(path)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("window.ran") is None, path
        assert await page.locator("[onerror], [onload], [onfocus], iframe, main script:not([type])").count() == 0, path

    assert all(url.startswith(site.url) for url in asked), asked
    assert not any("/log-out" in url for url in asked)
    assert visitor.complaints == []


@pytest.mark.parametrize("key", [None, "0" * 40])
async def test_a_form_without_this_browsers_key_does_nothing(site: Site, key: str | None) -> None:
    async with site.api() as stranger:
        await stranger.get("/join")
        form = {"email": "aroha@health.govt.nz", "to": "/", **({"form_key": key} if key else {})}

        answer = await stranger.post("/join", data=form)

    assert answer.status_code == 403
    assert "out of date" in answer.text


async def test_a_form_from_another_site_does_nothing(visitor: Visitor) -> None:
    page = await visitor.open("/join")
    key = await page.locator("input[name=form_key]").first.get_attribute("value")
    async with visitor.site.api() as other:
        other.cookies.update({cookie["name"]: cookie["value"] for cookie in await visitor.context.cookies()})
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        answer = await other.post("/join", data={"email": "a@health.govt.nz", "form_key": key}, headers=headers)

    assert answer.status_code == 403


async def test_tokens_are_in_cookies_that_no_script_reads_and_nowhere_else(visitor: Visitor) -> None:
    page = await visitor.log_in("Official in Wellington", to="/account")
    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()

    cookies = {cookie["name"]: cookie for cookie in await visitor.context.cookies()}
    seen = await page.evaluate("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")

    for name in ("plenary_access", "plenary_refresh"):
        assert cookies[name]["httpOnly"]
        assert cookies[name]["sameSite"] == "Lax"
        assert cookies[name]["value"] not in await page.content()
    assert "eyJ" not in seen


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_after_logging_in_one_stays_on_this_site(visitor: Visitor, target: str) -> None:
    page = await visitor.log_in("Official in Wellington", to=target)

    assert page.url.startswith(visitor.site.url)


async def test_every_page_forbids_what_it_does_not_need(site: Site) -> None:
    async with site.api() as client:
        pages = [await client.get(path) for path in ("/", "/log-in", "/nothing-is-here", "/robots.txt")]

    for page in pages[:3]:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "<style" not in page.text
        assert " style=" not in page.text
        assert " on" + "click=" not in page.text
    assert "Sitemap:" in pages[3].text
