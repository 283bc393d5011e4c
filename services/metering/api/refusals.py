"""What single operations refuse, beside what all of them do: for the document, and held to by every test."""

from services.metering.errors import (
    PolicyContended,
    PolicyInThePast,
    PolicyInvalid,
)
from shared.http import Refusals

REFUSALS: Refusals = {
    "createPolicy": (PolicyInvalid, PolicyInThePast, PolicyContended),
}
