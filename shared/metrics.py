"""What every process counts, for Prometheus. One function for each thing that can be observed.

Labels are bounded: methods and statuses as HTTP knows them, routes by their template, events by the types of the
catalogue. Whatever else comes is counted as ``other``. Units are base units.
"""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram, Info

from shared.events import CATALOGUE, TOPICS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a hot answer (under a millisecond) to the longest a client waits for one."""

AGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)
"""From the bell that wakes the relay (some milliseconds) to a day of Kafka being away."""

_process = Info("plenary_process", "The service and the role of this process.")
_requests = Counter("http_requests_total", "Answered requests.", ["method", "route", "status"])
_request_seconds = Histogram(
    "http_request_duration_seconds",
    "From request to the end of its answer.",
    ["method", "route"],
    buckets=REQUEST_SECONDS,
)
_requests_now = Gauge("http_requests_in_progress", "Requests being answered.")
_published = Counter("events_published_total", "Events handed to Kafka and acknowledged.")
_outbox_events = Gauge("outbox_waiting_events", "Events that waited in the outboxes when the relay last looked.")
_outbox_age = Gauge("outbox_oldest_age_seconds", "Age of the oldest waiting event when the relay last looked.")
_handled = Counter("events_handled_total", "Events whose effect was committed.", ["type"])
_duplicates = Counter("events_duplicate_total", "Events that had come before and were passed over.", ["type"])
_failed = Counter("events_failed_total", "Failed tries to handle an event.", ["type"])
_age = Histogram("event_age_seconds", "From an event's occurrence to its effect here.", ["type"], buckets=AGE_SECONDS)
_lag = Gauge("consumer_lag_records", "Records not yet read, by topic and partition.", ["topic", "partition"])
_parked = Gauge("parked_events", "Events that wait for another try or behind one that failed.")
_dead = Counter("dead_letters_total", "Events given up and sent to the dead letters.", ["type", "reason"])
_dead_now = Gauge("dead_letters_waiting", "Dead letters that nobody has replayed yet.")
_crashed = Counter("component_crashes_total", "Components that ended although nobody had told them to.", ["component"])
_tokens_refused = Counter("tokens_refused_total", "Tokens that were not accepted.", ["kind", "reason"])
_key_fetches = Counter("jwks_fetches_total", "Attempts to fetch a key set.", ["outcome"])
_replays = Counter(
    "idempotent_requests_total", "Requests with an Idempotency-Key, by what became of them.", ["outcome"]
)
_view_records = Counter("view_records_total", "Records that a view took, by what became of them.", ["view", "outcome"])
_view_lag = Gauge("view_lag_records", "Records that a view has not read yet.", ["view"])

DEAD_REASONS = frozenset({"undecodable", "failed", "too-large"})


def process_started(service: str, role: str) -> None:
    """Say who this process is."""
    _process.info({"service": service, "role": role})


def request_started() -> None:
    """A request has come."""
    _requests_now.inc()


def request_ended(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered. ``route`` is the template, never the path."""
    _requests_now.dec()
    method = method if method in METHODS else "other"
    _count(method, route, str(status)).inc()
    _duration(method, route).observe(seconds)


def events_published(count: int) -> None:
    """The broker acknowledged ``count`` events."""
    _published.inc(count)


def outbox_waiting(count: int, oldest_seconds: float) -> None:
    """What the relay found in the outboxes."""
    _outbox_events.set(count)
    _outbox_age.set(oldest_seconds)


def event_handled(type_: str, age_seconds: float) -> None:
    """An event had its effect, so long after it occurred."""
    name = event_type(type_)
    _handled.labels(name).inc()
    _age.labels(name).observe(max(0.0, age_seconds))


def event_duplicate(type_: str, count: int = 1) -> None:
    """An event came again and was passed over."""
    _duplicates.labels(event_type(type_)).inc(count)


def event_failed(type_: str) -> None:
    """A try to handle an event failed."""
    _failed.labels(event_type(type_)).inc()


def observe_event_age(type_: str, age_seconds: float) -> None:
    """An event reached something other than a handler (a view), so long after it occurred."""
    _age.labels(event_type(type_)).observe(max(0.0, age_seconds))


def consumer_lag(topic: str, partition: int, records: int) -> None:
    """How far this consumer is behind. ``topic`` is the catalogue's name."""
    if topic in TOPICS:
        _lag.labels(topic, str(partition)).set(max(0, records))


def consumer_lag_gone(topic: str, partition: int) -> None:
    """The partition is no longer ours to report on."""
    if topic in TOPICS:
        _lag.remove(topic, str(partition))


def parked_events(count: int) -> None:
    """How many events are parked now."""
    _parked.set(count)


def dead_letter(type_: str, reason: str) -> None:
    """An event was given up."""
    _dead.labels(event_type(type_), reason if reason in DEAD_REASONS else "other").inc()


def dead_letters_waiting(count: int) -> None:
    """How many dead letters nobody has replayed."""
    _dead_now.set(count)


def component_crashed(component: str) -> None:
    """A component of the worker ended unasked."""
    _crashed.labels(component).inc()


def token_refused(kind: str, reason: str) -> None:
    """A token of this kind (``at+jwt``) was refused; ``reason`` is one of the verifier's own words."""
    _tokens_refused.labels(kind, reason).inc()


def keys_fetched(*, ok: bool) -> None:
    """A key set was asked for."""
    _key_fetches.labels("ok" if ok else "failed").inc()


def idempotent_request(outcome: str) -> None:
    """A request with an Idempotency-Key was ``first``, ``replayed``, ``reused``, ``in-progress`` or ``resumed``."""
    _replays.labels(outcome).inc()


def view_records(view: str, outcome: str, count: int = 1) -> None:
    """A view took records: ``counted``, ``repeated``, ``undecodable`` or ``failed``."""
    _view_records.labels(view, outcome).inc(count)


def view_lag(view: str, records: int) -> None:
    """How far a view is behind."""
    _view_lag.labels(view).set(records)


def event_type(type_: str) -> str:
    """The type as a label: known to the catalogue, or ``other``."""
    return type_ if type_ in CATALOGUE else "other"


@lru_cache(maxsize=2048)
def _count(method: str, route: str, status: str) -> Counter:
    return _requests.labels(method, route, status)


@lru_cache(maxsize=512)
def _duration(method: str, route: str) -> Histogram:
    return _request_seconds.labels(method, route)
