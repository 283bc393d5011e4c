"""The reference of all events, made from the catalogue: ``python -m shared.events.reference > docs/events.md``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from shared.events import CATALOGUE, OWNERS, TOPICS, Event

INTRODUCTION = """\
# Events

Every fact that travels between the services. This page is made from the classes in `shared/events/`, and a test holds
it to them; change the classes, then run `python -m shared.events.reference > docs/events.md`.

On the wire each is a CloudEvents 1.0 record in Kafka's binary mode: the attributes are headers (`ce_id`, `ce_type`,
`ce_source`, `ce_time`, `ce_subject`, `traceparent`), the value is JSON. The record's key is the ordering key: events
with the same key arrive in order. **public** events may go to partners; **internal** ones are for the services; those
that are **personal** say who is who, and only the services named beside their topic may read them.
"""


def reference() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION, _overview()]
    for owner in OWNERS:
        parts.append(f"## {owner.capitalize()}\n")
        parts.extend(_section(event) for event in CATALOGUE.values() if event.owner == owner)
    parts.append(_topics())
    return "\n".join(parts)


def _overview() -> str:
    rows = ["| event | topic | ordered by | for |", "|---|---|---|---|"]
    for event in CATALOGUE.values():
        name = event.__name__
        rows.append(f"| [{name}](#{name.lower()}) | `{event.topic}` | `{event.ordering_key}` | {event.visibility} |")
    return "\n".join(rows) + "\n"


def _section(event: type[Event]) -> str:
    rows = ["| field | type | what it is |", "|---|---|---|"]
    rows.extend(_rows(event))
    return (
        f"### {event.__name__}\n\n`{event.type}`. {inspect.cleandoc(event.__doc__ or '')}\n\n" + "\n".join(rows) + "\n"
    )


def _rows(event: type[Event]) -> Iterator[str]:
    for name, field in event.model_fields.items():
        description = (field.description or "").replace("\n", " ")
        yield f"| `{name}` | {_type(event, name, field)} | {description} |"


def _type(event: type[Event], name: str, field: FieldInfo) -> str:
    schema = event.model_json_schema()["properties"][name]
    text = " or ".join(sorted(_kinds(schema)))
    return text if field.is_required() else f"{text}, optional"


def _kinds(schema: dict[str, object]) -> set[str]:
    if isinstance(schema.get("anyOf"), list):
        return set().union(*(_kinds(branch) for branch in schema["anyOf"] if branch != {"type": "null"}))  # type: ignore[attr-defined]
    if "const" in schema:
        return {f"`{schema['const']}`"}
    if isinstance(schema.get("enum"), list):
        return {f"`{value}`" for value in schema["enum"]}  # type: ignore[attr-defined]
    if schema.get("type") == "array":
        inner = schema.get("items")
        return {f"list of {' or '.join(sorted(_kinds(inner)))}"} if isinstance(inner, dict) else {"list"}
    if schema.get("format") == "date-time":
        return {"instant"}
    return {str(schema.get("type", "any"))}


def _topics() -> str:
    rows = ["## Topics", "", "| topic | partitions | kept |", "|---|---|---|"]
    for topic in TOPICS.values():
        kept = "newest per key" if topic.compacted else f"{topic.retention_hours // 24} days"
        readers = f", read by {' and '.join(topic.readers)} only" if topic.readers else ""
        rows.append(f"| `{topic.name}` | {topic.partitions} | {kept}{readers} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 - the page is its output
