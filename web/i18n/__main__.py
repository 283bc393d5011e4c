"""``python -m web.i18n``: take the messages out of templates and code, and bring each catalogue up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.i18n import FOLDER, LANGUAGES

WEB = FOLDER.parent
NOTICE = "# Pages of the site in this language. After Plenary's licence, Apache-2.0."
METHODS = [("templates/**.html", "jinja2"), ("templates/**.xml", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}


def messages() -> Catalog:
    """Every message of the site, with where it stands."""
    catalogue = Catalog(project="Plenary", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        WEB, METHODS, OPTIONS, keywords={"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    )
    for path, line, message, comments, context in found:
        catalogue.add(message, None, [(path, line)], auto_comments=comments, context=context)
    return catalogue


def paths() -> Iterator[tuple[str, Path]]:
    """Each language beside English, and its catalogue."""
    for language in LANGUAGES:
        if language != "en":
            yield language, FOLDER / f"{language}.po"


def header(catalogue: Catalog) -> bytes:
    """What readers of the file must know, and nothing that changes by itself: two who translate would collide there."""
    said = (
        "Project-Id-Version",
        "Language",
        "Plural-Forms",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    )
    values = {**dict(catalogue.mime_headers), "Project-Id-Version": "Plenary"}
    lines = "".join(f'"{name}: {values[name]}\\n"\n' for name in said)
    return f'{NOTICE}\nmsgid ""\nmsgstr ""\n{lines}\n'.encode()


def main() -> None:
    """Update every catalogue, and say what is missing in each."""
    template = messages()
    for language, path in paths():
        catalogue = Catalog(locale=language, project="Plenary", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            file.write(header(catalogue))
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=True)
        missing = sum(1 for message in catalogue if message.id and not message.string)
        sys.stdout.write(f"{path.name}: {len(catalogue)} messages, {missing} to translate\n")


if __name__ == "__main__":
    main()
