"""Whose fault a failure is: the event's, or the infrastructure's under it."""

from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError, ServerSelectionTimeoutError

_PASSING = frozenset(
    {6, 7, 50, 63, 64, 89, 91, 112, 133, 134, 189, 251, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436}
)
"""MongoDB's codes for what passes: unreachable hosts, elections, shutdowns, time limits, write conflicts."""


def is_infrastructure(error: BaseException) -> bool:
    """True if the same work may well succeed later without anybody changing it."""
    if isinstance(error, (ConnectionFailure, ServerSelectionTimeoutError)):
        return True
    if isinstance(error, OperationFailure) and error.code in _PASSING:
        return True
    return isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
