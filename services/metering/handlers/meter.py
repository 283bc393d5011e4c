"""May this reader read this article? Asked by the gateway before content sees the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.metering.deps import Deps
from services.metering.model.access import UNLIMITED, Article, Verdict, linger, must_register, verdict
from services.metering.model.policies import Policy, in_force
from services.metering.store import Ask
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified access token says of the member who asks."""

    member_id: str
    standing: str
    issued_at: datetime

    @property
    def reader_id(self) -> str:
        """As whom the member reads."""
        return f"member:{self.member_id}"


@dataclass(frozen=True, slots=True)
class Request:
    """What the gateway passes on of a request for an article. The cookie is not verified yet."""

    slug: str
    member: Signed | None
    cookie: str | None
    address: str | None
    peek: bool


@dataclass(frozen=True, slots=True)
class Word:
    """Metering's word: the signed grant, and the cookie for a reader who is new."""

    grant: str
    cookie: str | None = None


async def check(deps: Deps, request: Request) -> Word:
    """Decide, and sign the decision."""
    at = deps.clock.now()
    article = await deps.neighbours.article(request.slug)
    reader = await _reader(deps, request)
    # Only a reader whose reading is, or will be, counted needs to be known again.
    fresh = reader is None and not request.peek and not (article and article.exempt)
    reader = reader or new_id()
    welcome = not fresh or await _is_welcome(deps, request, at)
    found = await _judge(deps, request, article, reader, at, welcome=welcome)
    return Word(
        grant=deps.grants.grant(
            found, article=article.id if article else None, slug=request.slug, reader=reader, at=at
        ),
        cookie=deps.grants.cookie(reader, at) if fresh and welcome else None,
    )


async def _reader(deps: Deps, request: Request) -> str | None:
    """Whom we know the reader as; None for somebody new."""
    if request.member is not None:
        return request.member.reader_id
    return await deps.grants.reader(request.cookie)


async def _is_welcome(deps: Deps, request: Request, at: datetime) -> bool:
    """Whether the network has not had its share of new readers today."""
    return await deps.networks.count(request.address, at) <= deps.settings.fresh_readers_per_network


async def _judge(
    deps: Deps, request: Request, article: Article | None, reader: str, at: datetime, *, welcome: bool
) -> Verdict:
    if request.peek:
        return Verdict(state="peek")
    if article is None:
        return Verdict(state="unknown-article")
    if article.exempt:
        return Verdict(state="exempt")
    if request.member is not None and await reads_without_limit(deps, request.member):
        return Verdict(state="unlimited")
    policy = in_force(await deps.policies.all(), at)
    return await _meter(deps, reader, article, policy, at) if welcome else must_register(policy)


async def _meter(deps: Deps, reader: str, article: Article, policy: Policy, at: datetime) -> Verdict:
    window = policy.window(at)
    ask = Ask(
        reader_id=reader,
        article=article,
        window=window,
        limit=policy.limit,
        at=at,
        expires_at=linger(window, policy, at),
    )
    return verdict(await deps.meters.decide(ask), article.id, policy, window, ask.event)


async def reads_without_limit(deps: Deps, member: Signed) -> bool:
    """Whether the member's standing spares them the meter: as of the token, unless something newer was heard."""
    heard = await deps.neighbours.standing(member.member_id)
    standing = heard.standing if heard and heard.since > member.issued_at else member.standing
    return standing in UNLIMITED
