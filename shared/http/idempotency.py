"""Idempotency-Key: a client that heard no answer asks again, and what was done once stays done once.

After draft-ietf-httpapi-idempotency-key-header-07. The key is reserved before the handler runs, and the answer is
kept with it before it is sent. Should the process die in between, the retry runs the handler again, which then
collides on the ids it derives from the key (:meth:`IdempotencyKey.derive`) and answers with what exists. The same
happens should the database lose one of its own newest writes here, which is why they wait for no majority.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header, Request
from pymongo import ASCENDING, DeleteOne, IndexModel, UpdateOne, WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import faultpoints, metrics
from shared.errors import Refusal
from shared.group_commit import GroupCommit
from shared.http.identity import Anyone, Identity
from shared.ids import derived_id, new_id
from shared.mongo import Database, Document, insert_together

log = structlog.get_logger(__name__)

KEPT = timedelta(hours=24)
LEASE_SECONDS = 10.0
"""A request that has not ended by then has died with its process: a handler takes milliseconds."""

MAX_ANSWER_BYTES = 256 * 1024
_FORM = re.compile(r'"?([\x21\x23-\x7e]{1,200})"?')
_KEPT_HEADERS = frozenset({b"content-type", b"location", b"etag", b"link", b"cache-control"})

INDEXES: dict[str, list[IndexModel]] = {
    "idempotency": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0)],
}


class IdempotencyKeyInvalid(Refusal):
    slug, status, title = "idempotency-key-invalid", 400, "The Idempotency-Key cannot be used"


class IdempotencyKeyReused(Refusal):
    slug, status, title = "idempotency-key-reused", 422, "This Idempotency-Key was used for another request"


class RequestInProgress(Refusal):
    slug, status, title = "request-in-progress", 409, "The first request with this Idempotency-Key is still under way"


class KeptAnswer(Exception):  # noqa: N818 - not an error: the answer that was given the first time
    """Leads straight to the answer that was kept."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What a handler needs of it: ids that a repetition of the request derives again."""

    seed: str | None

    def derive(self, name: str) -> str:
        """The id to create ``name`` under: always the same for this request if it came with a key, else a new one."""
        return new_id() if self.seed is None else derived_id("idempotency", self.seed, name)


class Keys:
    """The keys of one service. Who reserves or answers at the same moment shares one write."""

    def __init__(self, database: Database) -> None:
        self.collection = database["idempotency"].with_options(write_concern=WriteConcern(w=1))
        self._reserving: GroupCommit[Document, None] = GroupCommit(self._insert, max_batch=100, lanes=2)
        self._answering: GroupCommit[UpdateOne | DeleteOne, None] = GroupCommit(self._write, max_batch=100, lanes=2)

    async def reserve(self, document: Document) -> None:
        """Raises ``DuplicateKeyError`` if the key is taken."""
        await self._reserving.submit(document)

    async def answer(self, write: UpdateOne | DeleteOne) -> None:
        """Keep an answer, or release the key."""
        await self._answering.submit(write)

    async def _insert(self, documents: Sequence[Document]) -> Sequence[BaseException | None]:
        return await insert_together(self.collection, documents)

    async def _write(self, writes: Sequence[UpdateOne | DeleteOne]) -> Sequence[None]:
        await self.collection.bulk_write(writes, ordered=False)
        return [None] * len(writes)


@dataclass(frozen=True, slots=True)
class Reservation:
    """The right to answer for a key; ``token`` is its holder's."""

    keys: Keys
    id: str
    token: str

    async def keep(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Keep a success for repetitions; release the key after anything else, for then nothing was done."""
        mine = {"_id": self.id, "token": self.token}
        if not 200 <= status < 300 or len(body) > MAX_ANSWER_BYTES:
            await self.keys.answer(DeleteOne(mine))
            return
        kept = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers if name in _KEPT_HEADERS]
        answer = {"status": status, "headers": kept, "body": body}
        await self.keys.answer(UpdateOne(mine, {"$set": {"answer": answer}}))


class KeptAnswers:
    """The layer that keeps an answer before it is sent, where a handler's request has reserved a key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the answer on, through the store if there is a reservation."""
        if scope["type"] != "http" or not any(name == b"idempotency-key" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        held: list[Reservation] = []
        scope["plenary.reservations"] = held
        started: list[Message] = []
        body = bytearray()

        async def answer(message: Message) -> None:
            if not held:
                await send(message)
            elif message["type"] == "http.response.start":
                started.append(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    faultpoints.reach("api.after-commit")
                    await _keep(held[0], started[0], bytes(body))
                    faultpoints.reach("api.before-reply")
                    await send(started[0])
                    await send({"type": "http.response.body", "body": bytes(body)})

        try:
            await self._app(scope, receive, answer)
        except Exception:
            for reservation in held:
                await _keep(reservation, {"status": 500, "headers": []}, b"")
            raise


async def _keep(reservation: Reservation, start: Message, body: bytes) -> None:
    try:
        await reservation.keep(start["status"], start["headers"], body)
    except PyMongoError as error:
        # What was done is done and may be told; a repetition will find it by its derived ids.
        log.warning("idempotency.answer-not-kept", error=type(error).__name__)


async def idempotency_key(
    request: Request,
    identity: Anyone,
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="Up to 200 characters, new for each thing you create."),
    ] = None,
) -> IdempotencyKey:
    """Reserve the key, or lead to the answer kept under it.

    Not for answers that hold secrets (tokens, keys shown once): what is kept is kept as it was sent.
    """
    if key is None:
        return IdempotencyKey(None)
    found = _FORM.fullmatch(key)
    if found is None:
        raise IdempotencyKeyInvalid("It has 1 to 200 visible ASCII characters.")
    id_ = _hash(found[1], _principal(identity), request.method, request.url.path)
    asked = _hash(request.url.query, (await request.body()).hex())
    reservation = await _reserve(request.app.state.idempotency_keys, id_, asked)
    held: list[Reservation] = request.scope["plenary.reservations"]
    held.append(reservation)
    return IdempotencyKey(_hash(id_, asked))


Idempotent = Annotated[IdempotencyKey, Depends(idempotency_key)]


async def _reserve(keys: Keys, id_: str, asked: str) -> Reservation:
    """Take the key; or raise what became of the request that had it before."""
    mine = Reservation(keys, id_, new_id())
    now = datetime.now(UTC)
    try:
        await keys.reserve({"_id": id_, "asked": asked, "token": mine.token, "at": now, "expires_at": now + KEPT})
    except DuplicateKeyError:
        return await _after_another(mine, asked, now)
    metrics.idempotent_request("first")
    return mine


async def _after_another(mine: Reservation, asked: str, now: datetime) -> Reservation:
    other = await mine.keys.collection.find_one({"_id": mine.id})
    if other is None:
        raise _in_progress(1)  # It was released in this very moment.
    if other["asked"] != asked:
        metrics.idempotent_request("reused")
        raise IdempotencyKeyReused("Send a new key with every new request.")
    if "answer" in other:
        metrics.idempotent_request("replayed")
        raise KeptAnswer(other["answer"])
    left = LEASE_SECONDS - (now - other["at"]).total_seconds()
    if left > 0:
        raise _in_progress(left)
    theirs = {"_id": mine.id, "token": other["token"], "answer": {"$exists": False}}
    taken = await mine.keys.collection.update_one(theirs, {"$set": {"token": mine.token, "at": now}})
    if not taken.matched_count:
        raise _in_progress(1)
    metrics.idempotent_request("resumed")
    return mine


def _in_progress(seconds: float) -> RequestInProgress:
    metrics.idempotent_request("in-progress")
    return RequestInProgress("Ask again shortly.", headers={"Retry-After": str(max(1, round(min(seconds, 2))))})


async def on_kept_answer(_request: Request, kept: Exception) -> Response:
    """Give the answer of the first time."""
    assert isinstance(kept, KeptAnswer)  # noqa: S101 - registered for nothing else
    answer = kept.answer
    headers = dict(answer["headers"]) | {"Idempotency-Replayed": "true"}
    return Response(bytes(answer["body"]), status_code=answer["status"], headers=headers)


def _principal(identity: Identity | None) -> str:
    return f"member:{identity.member_id}" if identity else "anyone"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
