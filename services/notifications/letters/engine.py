"""The templates: read once, compiled and checked before anything is sent.

A letter ``x`` in a locale is two files: ``x.mjml`` for the HTML, and ``x.txt``, whose first lines give subject,
preview and the reason for writing. MJML is compiled first and Jinja fills in the result, so that no value ever passes
through the MJML parser; in HTML every value is escaped. A variable that is not given is an error, and nothing is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import mrml
from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError, meta, nodes

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_LOCALE = "en"
PARTS = "parts"
HEADS = ("subject", "preview", "why")

_INCLUDE = re.compile(r'<mj-include path="([^"]+)" />')


class LetterBroken(Exception):  # noqa: N818 - named for what it says
    """A template that cannot be used, or lacks a variable. Names the letter and the cause, never a value."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, written."""

    subject: str
    preview: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    heads: dict[str, Template]
    text: Template
    html: Template
    variables: frozenset[str]


class Letters:
    """Every letter in every locale."""

    def __init__(self, compiled: Mapping[tuple[str, str], _Compiled]) -> None:
        self._compiled = compiled

    @classmethod
    def load(cls, directory: Path = TEMPLATES) -> Letters:
        """Read and compile all templates; raises :class:`LetterBroken` at the first that cannot be used."""
        sources = {path.relative_to(directory).as_posix(): path.read_text("utf-8") for path in directory.rglob("*.*")}
        locales = sorted({name.split("/")[0] for name in sources} - {PARTS})
        compiler = _Compiler(sources)
        compiled = {}
        for locale in locales:
            for name in _letters_of(sources, locale):
                compiled[locale, name] = compiler.compile(locale, name)
        return cls(compiled)

    @cached_property
    def locales(self) -> frozenset[str]:
        """The locales there are letters in."""
        return frozenset(locale for locale, _ in self._compiled)

    def names(self, locale: str) -> frozenset[str]:
        """The letters there are in this locale."""
        return frozenset(name for of, name in self._compiled if of == locale)

    def locale_for(self, wanted: str) -> str:
        """The best locale for a BCP 47 tag: ``fr-CA``, else ``fr``, else English."""
        parts = wanted.replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            candidate = "-".join(parts[:length])
            if candidate in self.locales:
                return candidate
        return DEFAULT_LOCALE

    def render(self, locale: str, name: str, variables: Mapping[str, Any]) -> Letter:
        """Write the letter; raises :class:`LetterBroken` if a variable is missing."""
        try:
            compiled = self._compiled[locale, name]
        except KeyError:
            raise LetterBroken(f"there is no letter {locale}/{name}") from None
        try:
            heads = {head: " ".join(template.render(variables).split()) for head, template in compiled.heads.items()}
            filled = {**variables, **heads}
            text = compiled.text.render(filled).strip() + "\n"
            html = compiled.html.render(filled)
        except TemplateError as error:
            raise LetterBroken(f"{locale}/{name}: {error.message}") from error
        return Letter(subject=heads["subject"], preview=heads["preview"], text=text, html=html)

    def check(self, samples: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Write every letter in every locale with its samples; raises :class:`LetterBroken` at the first fault.

        A variable that stands in a branch the samples do not take must be one that they give.
        """
        for locale in sorted(self.locales):
            missing = samples.keys() - self.names(locale)
            if missing:
                raise LetterBroken(f"{locale} lacks the letters {', '.join(sorted(missing))}")
            for name in sorted(self.names(locale)):
                if name not in samples:
                    raise LetterBroken(f"{locale}/{name} has no sample to be checked with")
                for sample in samples[name]:
                    unknown = self._compiled[locale, name].variables - sample.keys() - set(HEADS)
                    if unknown:
                        raise LetterBroken(
                            f"{locale}/{name} asks for {', '.join(sorted(unknown))}, which is never given"
                        )
                    self.render(locale, name, sample)


@cache
def shipped_letters() -> Letters:
    """The letters of this release, read once in a process; raises :class:`LetterBroken`."""
    return Letters.load()


class _Compiler:
    """Turns the files into templates."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        self._text = Environment(loader=DictLoader(dict(sources)), autoescape=False, **options)  # noqa: S701 - text
        self._html = Environment(autoescape=True, **options)

    def compile(self, locale: str, name: str) -> _Compiled:
        """The letter of this name; raises :class:`LetterBroken`."""
        try:
            heads, text = self._plain(locale, name)
            html = self._marked_up(locale, name)
            variables = frozenset().union(
                *(self._variables(self._text, source) for source in (*heads.values(), text)),
                self._variables(self._html, html),
            )
            return _Compiled(
                heads={head: self._text.from_string(source) for head, source in heads.items()},
                text=self._text.from_string(text),
                html=self._html.from_string(html),
                variables=variables,
            )
        except (TemplateError, OSError, KeyError) as error:
            raise LetterBroken(f"{locale}/{name}: {error}") from error

    def _plain(self, locale: str, name: str) -> tuple[dict[str, str], str]:
        """The head lines, and the body with the foot under it."""
        head, _, body = self._sources[f"{locale}/{name}.txt"].partition("\n\n")
        heads = dict(line.split(": ", 1) for line in head.splitlines())
        if tuple(heads) != HEADS:
            raise LetterBroken(f"{locale}/{name}.txt must begin with the lines {', '.join(HEADS)}, then a blank one")
        return heads, f"{body.rstrip()}\n\n{self._sources[f'{locale}/{PARTS}/foot.txt']}"

    def _marked_up(self, locale: str, name: str) -> str:
        compiled = mrml.to_html(self._put_together(self._sources[f"{locale}/{name}.mjml"]))
        if compiled.warnings:
            raise LetterBroken(f"{locale}/{name}.mjml: {compiled.warnings[0].kind}")
        return str(compiled.content)

    def _put_together(self, source: str) -> str:
        """The source with its parts in place. Not left to mrml, which lays out what it includes without its parent."""
        return _INCLUDE.sub(lambda found: self._sources[found.group(1)], source)

    def _variables(self, environment: Environment, source: str) -> set[str]:
        """What the template, with all that it includes, asks for and does not set itself."""
        tree = environment.parse(source)
        found = meta.find_undeclared_variables(tree)
        for included in meta.find_referenced_templates(tree):
            found |= self._variables(environment, self._sources[str(included)])
        return found - {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}


def _letters_of(sources: Mapping[str, str], locale: str) -> list[str]:
    names = {
        name.split("/")[1].rsplit(".", 1)[0]
        for name in sources
        if name.startswith(f"{locale}/") and name.count("/") == 1
    }
    return sorted(names)
