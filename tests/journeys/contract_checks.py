"""What Schemathesis looks at beside its own checks. It runs in a process of its own and loads this by name."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

OTHER_METHODS = {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS}


@schemathesis.check
def told_by_name(_context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """The status stands in the operation's document itself: ``default`` is for what is not there yet.

    A method that the document does not have gets 405,
    and 400 from the gateway if HTTP/1.1 does not know it either; or 429 from it, as everything may.
    """
    told = case.operation.definition.raw["responses"]
    status = answer.status_code
    if case.method.lower() != case.operation.method.lower():
        assert status in OTHER_METHODS or case.method == "HEAD", f"{case.method} got {status}"
        return
    assert str(status) in told, f"{status} is not documented, only {', '.join(told)}"
    assert status < HTTPStatus.INTERNAL_SERVER_ERROR
