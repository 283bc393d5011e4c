"""What notifications refuses, by name. Each slug has its paragraph in docs/problems/notifications.md."""

from shared.errors import Refusal


class DeliveryNotFound(Refusal):
    slug, status, title = "delivery-not-found", 404, "There is no such delivery"


class DeliveryNotResendable(Refusal):
    slug, status, title = "delivery-not-resendable", 409, "This delivery cannot be sent again"


class AddressSuppressed(Refusal):
    slug, status, title = "address-suppressed", 409, "The recipient's address has refused mail for good"


class UnsubscribeTokenInvalid(Refusal):
    slug, status, title = "unsubscribe-token-invalid", 400, "This unsubscribe link is not one of ours"


class OneClickMissing(Refusal):
    slug, status, title = "one-click-missing", 422, "Say List-Unsubscribe=One-Click in the form"


class TopicUnknown(Refusal):
    slug, status, title = "topic-unknown", 422, "There is no such topic"


class PurposeEssential(Refusal):
    slug, status, title = "purpose-essential", 422, "This mail cannot be turned off"
