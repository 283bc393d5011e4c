"""Everything that the services' HTTP doors have in common.

A door looks like this::

    router = APIRouter(prefix="/v1/comments", tags=["comments"])
    Wired = Annotated[Deps, Depends(deps_of)]

    @router.post("", status_code=201, operation_id="postComment")
    async def post_comment(body: NewComment, author: Member, key: Idempotent, deps: Wired) -> Comment:
        return Comment.of(await handlers.post_comment(deps, key.derive("comment"), author.member_id, body.text))
"""

from shared.http.answers import JsonBytes, fresh, json_bytes
from shared.http.app import attach, create_app, deps_of
from shared.http.bodies import Body, CleanProse, CleanText, InstantAsked, clean_prose, clean_text
from shared.http.edge import is_head
from shared.http.etags import IfMatch, PreconditionRequired, check_version, etag_of, etag_of_bytes, not_modified
from shared.http.gate import JSON, BodyRule
from shared.http.hot import HotRoute, body_of
from shared.http.idempotency import IdempotencyKey, Idempotent, idempotency_key
from shared.http.identity import Anyone, Identity, Member, anyone, identity_from, identity_of, member, role
from shared.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Cursoring, CursorInvalid, Page, Paging, cursoring, seal, unseal
from shared.http.problems import TYPE_PREFIX, ValidationFailed, problem
from shared.http.refusals import Refusals

__all__ = [
    "DEFAULT_LIMIT",
    "JSON",
    "MAX_LIMIT",
    "TYPE_PREFIX",
    "Anyone",
    "Body",
    "BodyRule",
    "CleanProse",
    "CleanText",
    "CursorInvalid",
    "Cursoring",
    "HotRoute",
    "IdempotencyKey",
    "Idempotent",
    "Identity",
    "IfMatch",
    "InstantAsked",
    "JsonBytes",
    "Member",
    "Page",
    "Paging",
    "PreconditionRequired",
    "Refusals",
    "ValidationFailed",
    "anyone",
    "attach",
    "body_of",
    "check_version",
    "clean_prose",
    "clean_text",
    "create_app",
    "cursoring",
    "deps_of",
    "etag_of",
    "etag_of_bytes",
    "fresh",
    "idempotency_key",
    "identity_from",
    "identity_of",
    "is_head",
    "json_bytes",
    "member",
    "not_modified",
    "problem",
    "role",
    "seal",
    "unseal",
]
