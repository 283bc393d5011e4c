"""A Dockerfile as data: its stages and what each says. Enough of the language for ours."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


@dataclass
class Stage:
    """One ``FROM`` and what follows it."""

    name: str
    base: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def said(self, instruction: str) -> list[str]:
        """The arguments of each of these instructions."""
        return [rest for word, rest in self.lines if word == instruction]

    def words(self, instruction: str) -> list[str]:
        """The last one's arguments, written as a JSON list."""
        found: list[str] = json.loads(self.said(instruction)[-1])
        return found

    def copies(self) -> list[tuple[list[str], str]]:
        """What is copied from the build context, and to where."""
        moves = [rest.split() for rest in self.said("COPY") if not rest.startswith("--from=")]
        return [(words[:-1], words[-1]) for words in moves]


def stages() -> dict[str, Stage]:
    """Every stage by its name, in order."""
    found: dict[str, Stage] = {}
    current: Stage | None = None
    for word, rest in _instructions(DOCKERFILE.read_text()):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            current = found[name] = Stage(name, base)
        elif current is not None:
            current.lines.append((word, rest))
    return found


def arguments() -> dict[str, str]:
    """The defaults of the ARGs before the first stage."""
    found = {}
    for word, rest in _instructions(DOCKERFILE.read_text()):
        if word == "FROM":
            break
        name, _, value = rest.partition("=")
        found[name] = value
    return found


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    pairs = (line.split(None, 1) for line in joined)
    return [(word, " ".join(rest.split()) if word != "ENTRYPOINT" else rest) for word, rest in pairs]
