"""Envoy's own refusals as RFC 9457 problem documents, worded as the services word theirs."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway import errors, pages, rates, tokens
from gateway.extensions import Config, header, typed
from gateway.settings import GatewaySettings
from shared.errors import Forbidden, Refusal, TokenInvalid
from shared.http.problems import MEDIA_TYPE, TYPE_PREFIX, BadRequest, BodyTooLarge, InternalError


@dataclass(frozen=True, slots=True)
class LocalReply:
    """A refusal that Envoy gives by itself."""

    refusal: type[Refusal]
    detail: str
    when: str | None = None
    """A CEL expression about the reason, where Envoy's own status does not tell enough."""
    headers: dict[str, str] = field(default_factory=dict)


def replies(settings: GatewaySettings) -> tuple[LocalReply, ...]:
    """Every refusal Envoy gives by itself. The first that fits counts."""
    soon = {"retry-after": "1"}
    wait = {"retry-after": str(rates.retry_after(settings))}
    challenge = {"www-authenticate": "Bearer"}
    bad_token = f"response.code_details == 'rbac_access_denied_matched_policy[{tokens.REFUSAL}]'"
    return (
        LocalReply(TokenInvalid, "Log in again, or leave the token out.", bad_token, challenge),
        LocalReply(BadRequest, "Its path or its headers break the rules of HTTP."),
        LocalReply(Forbidden, "The gateway does not let this through."),
        LocalReply(errors.PageNotFound, "The paths that are served stand at /docs."),
        LocalReply(errors.RequestTimeout, "Send it again, faster."),
        LocalReply(BodyTooLarge, "The limit stands at /docs."),
        LocalReply(errors.UpgradeRequired, "Use HTTP/1.1 or HTTP/2."),
        LocalReply(errors.TooManyRequests, "Wait as long as Retry-After says.", headers=wait),
        LocalReply(errors.HeadersTooLarge, "Send fewer or shorter headers, cookies among them."),
        LocalReply(InternalError, "It was logged under this request_id."),
        LocalReply(errors.BadGateway, "Try again in a moment.", headers=soon),
        LocalReply(errors.ServiceUnavailable, "Try again in a moment; the rest goes on.", headers=soon),
        LocalReply(errors.ServiceTimeout, "Try again in a moment; the rest goes on.", headers=soon),
    )


def local_replies(settings: GatewaySettings, *, to_people: bool = True) -> Config:
    """A mapper for each refusal, before them one for each that people see as a page in place of one of the site's.
    Answers below 400, such as /docs, are left as they are.
    """
    given = replies(settings)
    shown = [reply for reply in given if reply.refusal.status in pages.WORDS and to_people]
    return {"mappers": [*map(_page_mapper, shown), *map(_mapper, given)]}


def _headers(reply: LocalReply, **more: str) -> list[Config]:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff", **more, **reply.headers}
    return [header(name, value) for name, value in headers.items()]


def _page_mapper(reply: LocalReply) -> Config:
    status = reply.refusal.status
    return {
        "filter": {"and_filter": {"filters": [_status(status), _reason(pages.asked_for())]}},
        "status_code": status,
        "body_format_override": {
            "text_format_source": {"inline_string": pages.page_for(status)},
            "content_type": "text/html; charset=utf-8",
        },
        "headers_to_add": _headers(reply, **{"content-security-policy": pages.POLICY}),
    }


def _mapper(reply: LocalReply) -> Config:
    return {
        "filter": _reason(reply.when) if reply.when else _status(reply.refusal.status),
        "status_code": reply.refusal.status,
        "body_format_override": {
            "json_format": {
                "type": TYPE_PREFIX + reply.refusal.slug,
                "title": reply.refusal.title,
                "status": reply.refusal.status,
                "detail": reply.detail,
                "request_id": "%REQ(X-REQUEST-ID)%",
            },
            # Early refusals have no request id yet.
            "omit_empty_values": True,
            "content_type": MEDIA_TYPE,
        },
        "headers_to_add": _headers(reply),
    }


def _status(status: int) -> Config:
    """Envoy's own answer with this status. Metering's refusals are problem documents already and stay as they are."""
    value = {"default_value": status, "runtime_key": "plenary.unused"}
    return {
        "and_filter": {
            "filters": [
                {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}},
                _reason("response.code_details != 'ext_authz_denied'"),
            ]
        }
    }


def _reason(expression: str) -> Config:
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": typed(
                "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", expression=expression
            ),
        }
    }
