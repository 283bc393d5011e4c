"""What an item says: the fields an editor writes, and what each kind cannot do without (C1)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from services.content.errors import KindFieldMissing
from shared.events.content import ArticleKind

REQUIRED: dict[ArticleKind, tuple[str, ...]] = {
    "article": (),
    "case_study": ("country", "sector", "organisation"),
    "survey_report": ("survey_id",),
    "webinar_notice": ("webinar_id",),
}
"""The fields that make an item the kind it says it is."""


class Byline(BaseModel):
    """Who an item is by, as it is printed."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str | None = None
    organisation: str | None = None


class Content(BaseModel):
    """One revision of an item: everything that approval is about."""

    model_config = ConfigDict(frozen=True)

    kind: ArticleKind
    title: str
    lead: str
    """The opening, in plain text: what everybody may read."""
    body: str
    """Markdown."""
    byline: Byline
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    sector: str | None = None
    organisation: str | None = None
    """The body that a case study is about."""
    survey_id: str | None = None
    webinar_id: str | None = None
    series: str | None = None
    language: str = "en"
    """BCP 47."""
    exempt: bool = False
    """Free to all and never counted."""


def require_kind_fields(content: Content) -> None:
    """Refuse content that lacks a field its kind cannot do without; raises :class:`KindFieldMissing`."""
    missing = [name for name in REQUIRED[content.kind] if not getattr(content, name)]
    if missing:
        kind = content.kind.replace("_", " ")
        raise KindFieldMissing(
            f"A {kind} needs {', '.join(missing)}.",
            errors=[{"pointer": f"#/{name}", "detail": f"a {kind} needs it"} for name in missing],
        )
