"""What a person is told once everything runs."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ops.display import table
from ops.embedded import demo_data
from ops.embedded.platform import Platform


def welcome(platform: Platform) -> RenderableType:
    """Addresses, demo log-ins, and what to try."""
    ports = platform.ports
    rows = [
        ("Site and API", f"http://127.0.0.1:{ports['gateway']}"),
        ("API documentation", f"http://127.0.0.1:{ports['gateway']}/docs"),
        ("Mailbox", f"http://127.0.0.1:{ports['mailbox']}"),
    ]
    parts: list[RenderableType] = [Text(headline(platform), style="bold")]
    if platform.servers_only:
        rows = [("MongoDB", f"127.0.0.1:{ports['mongod']}"), ("Kafka", platform.kafka.brokers)]
    parts.append(table(("", ""), [(Text(name), Text(where)) for name, where in rows]))
    for name, trouble in platform.failures.items():
        parts.append(Text(f"{name}: {trouble.cause}", style="red"))
    report = demo_data.report(platform.state)
    if report and not platform.servers_only:
        people = [[Text(str(cell)) for cell in row] for row in report.get("log_ins", [])]
        parts += [Text("Demo log-ins", style="bold"), table(("who", "e-mail", "password"), people)]
        parts += [Text(f"Try: {line}") for line in report.get("try", [])]
    if not platform.servers_only:
        parts.append(Text("Try ./plenary tour in another terminal, ./plenary status, and the mailbox."))
    return Group(*parts)


def headline(platform: Platform) -> str:
    """One line on how it went."""
    if platform.failures:
        count = len(platform.failures)
        return f"Plenary runs, but {count} process{'es do' if count > 1 else ' does'} not answer:"
    return "Plenary is up. Ctrl-C or ./plenary down stops it; data stay."
