"""The tour as a person sees it: each step, what was seen, and under it the events with who reacted when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from ops.display import err, out
from ops.embedded.platform import Platform
from ops.tour.steps import Step
from ops.tour.watch import FORGET, Heard


class Shown:
    """Prints, unless all is told as one document at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._number = 0

    def print(self, what: RenderableType | Step) -> None:
        """Show a step, or anything else."""
        if self._quiet:
            return
        if isinstance(what, Step):
            self._number += 1
            what = rendered(self._number, what)
        out.print(what)

    @contextmanager
    def doing(self, title: str) -> Iterator[None]:
        """What is under way, at a terminal."""
        if self._quiet or not err.is_terminal:
            yield
            return
        with err.status(Text(title)):
            yield


def greeting(platform: Platform) -> RenderableType:
    """What is about to be played, and how to read it."""
    return Group(
        Text("The main journey, as a reader takes it", style="bold"),
        Text(f"through the gateway at http://127.0.0.1:{platform.ports['gateway']}, with mail at ", style="dim").append(
            f"http://127.0.0.1:{platform.ports['mailbox']}"
        ),
        Text(
            "Under each step: the events it caused, and how long after each was true a service had applied it.",
            style="dim",
        ),
    )


def rendered(number: int, step: Step) -> RenderableType:
    """One step."""
    tree = Tree(Text.assemble(("\n"), (f"{number:>2}  ", "cyan"), (step.title, "bold")), guide_style="dim")
    tree.add(Text.assemble((step.saw, "green"), (f"  {step.seconds * 1000:.0f} ms", "dim")))
    width = max((len(heard.name) for heard in step.events), default=0)
    for heard in step.events:
        tree.add(_line(heard, width))
    return tree


def _line(heard: Heard, width: int) -> Text:
    text = Text.assemble((f"{heard.name:<{width}}", "magenta"), (f"  {heard.topic}  ", "dim"))
    reactions = sorted(heard.reactions.items(), key=lambda reaction: reaction[1])
    told = [Text.assemble(service, (f" {seconds * 1000:.0f} ms", "yellow")) for service, seconds in reactions]
    told += [Text(f"the view “{view}”") for view in heard.views]
    if not told:
        told = [Text("for whoever asks later" if heard.name != FORGET else "nobody keeps it", style="dim")]
    return text.append("→ ").append(Text(", ").join(told))


def farewell(steps: Sequence[Step]) -> RenderableType:
    """What it came to."""
    events = [heard for step in steps for heard in step.events]
    reactions = sorted(seconds for heard in events for seconds in heard.reactions.values())
    middle, slowest = reactions[len(reactions) // 2] * 1000, reactions[-1] * 1000
    return Text(
        f"\n{len(steps)} steps caused {len(events)} events, and {len(reactions)} reactions to them: "
        f"half of these within {middle:.0f} ms, all within {slowest:.0f} ms",
        style="bold",
    )
