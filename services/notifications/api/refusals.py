"""What single operations refuse, beside what all of them do: for the document, and held to by every test."""

from services.notifications.errors import (
    AddressSuppressed,
    DeliveryNotFound,
    DeliveryNotResendable,
    OneClickMissing,
    PurposeEssential,
    TopicUnknown,
    UnsubscribeTokenInvalid,
)
from shared.errors import Forbidden
from shared.http import Refusals

REFUSALS: Refusals = {
    "getJourney": (Forbidden,),
    "choosePreferences": (PurposeEssential, TopicUnknown),
    "getDelivery": (DeliveryNotFound,),
    "resendDelivery": (DeliveryNotFound, DeliveryNotResendable, AddressSuppressed),
    "getUnsubscription": (UnsubscribeTokenInvalid,),
    "unsubscribe": (UnsubscribeTokenInvalid, OneClickMissing),
}
