"""What is made from code and kept in the repository is what the code says."""

from __future__ import annotations

from ops.rendering import rendered, stale
from ops.settings import ROOT


def test_every_file_made_from_code_is_current() -> None:
    old = [str(path.relative_to(ROOT)) for path in stale()]

    assert old == [], "write them anew: ./plenary render"


def test_no_file_holds_a_path_of_the_machine_that_made_it() -> None:
    for path in rendered():
        assert str(ROOT) not in path.read_text(), path


def test_making_a_file_twice_gives_the_same_text() -> None:
    for path, make in rendered().items():
        assert make() == make(), path
