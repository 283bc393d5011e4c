from __future__ import annotations

import subprocess
import sys


def test_who_only_reads_views_does_without_faust() -> None:
    read = "import sys, shared.views; assert shared.views.totals; print('faust' in sys.modules)"
    run = "import sys, shared.views; assert shared.views.ViewComponent; print('faust' in sys.modules)"

    loaded = [subprocess.check_output([sys.executable, "-c", code]) for code in (read, run)]  # noqa: S603

    assert loaded == [b"False\n", b"True\n"]
