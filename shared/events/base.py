"""What an event is, and the catalogue that knows every one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

Visibility = Literal["public", "internal", "personal"]
"""Who may read an event: partners too, only our services, or only the services on the topic's access list."""

OWNERS = ("accounts", "content", "metering", "notifications", "community")


def _utc_milliseconds(instant: datetime) -> datetime:
    """Bring an instant to UTC and to the millisecond, which is what MongoDB keeps."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


Instant = Annotated[AwareDatetime, AfterValidator(_utc_milliseconds)]
"""A moment in UTC, to the millisecond."""


class Event(BaseModel):
    """A fact in the past tense. Only its owner may say it.

    Subclasses name their topic, the field that orders them, and their visibility beside the class::

        class PaywallHit(Event, topic="metering.meters", key="reader_id", visibility="internal"):
            ...

    Unknown fields are ignored, so that an older reader understands a newer writer: fields are only ever added, with
    defaults. A change that breaks this is a new ``version``, and so a new type on the wire. A topic carries events of
    one visibility, because Kafka grants access by topic.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    topic: ClassVar[str]
    owner: ClassVar[str]
    ordering_key: ClassVar[str]
    visibility: ClassVar[Visibility]
    version: ClassVar[int]
    type: ClassVar[str]
    """The CloudEvents ``type``, such as ``plenary.metering.PaywallHit.v1``."""

    def __init_subclass__(cls, **_kwargs: Any) -> None:
        """Accept the keywords of the class line; pydantic hands them on once the fields are known."""

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # the class line's keywords, which are ours to name
        cls, *, topic: str, key: str, visibility: Visibility, version: int = 1, **kwargs: Any
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        owner = topic.split(".", 1)[0]
        if owner not in OWNERS:
            raise TypeError(f"{cls.__name__}: topic {topic!r} must begin with its owner, one of {', '.join(OWNERS)}")
        if key not in cls.model_fields:
            raise TypeError(f"{cls.__name__}: ordering key {key!r} is not one of its fields")
        if not cls.__doc__:
            raise TypeError(f"{cls.__name__}: say in its docstring when it is true")
        if {other.visibility for other in CATALOGUE.values() if other.topic == topic} - {visibility}:
            raise TypeError(f"{cls.__name__}: {topic} already carries events of another visibility; use another topic")
        cls.topic, cls.owner, cls.ordering_key = topic, owner, key
        cls.visibility, cls.version = visibility, version
        cls.type = f"plenary.{owner}.{cls.__name__}.v{version}"
        if cls.type in CATALOGUE:
            raise TypeError(f"{cls.type} is declared twice")
        CATALOGUE[cls.type] = cls

    @property
    def key(self) -> str:
        """The value that orders this event: events with the same key stay in order."""
        return str(getattr(self, self.ordering_key))


CATALOGUE: dict[str, type[Event]] = {}
"""Every event class by its CloudEvents type. Filled as the modules of ``shared.events`` are imported."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic: what it carries and how it is kept."""

    name: str
    partitions: int = 6
    compacted: bool = False
    retention_hours: int = 168
    readers: tuple[str, ...] | None = None
    """Services that may read it; ``None`` lets every service whose consumer table names one of its events."""
