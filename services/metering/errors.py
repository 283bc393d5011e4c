"""What metering refuses, by name. Each slug has its paragraph in docs/problems/metering.md."""

from shared.errors import Refusal


class PolicyInvalid(Refusal):
    slug, status, title = "policy-invalid", 422, "A policy needs a limit of at least 0 and a window that exists"


class PolicyInThePast(Refusal):
    slug, status, title = "policy-in-the-past", 422, "A policy cannot begin before now"


class PolicyContended(Refusal):
    slug, status, title = "policy-contended", 409, "Somebody else decided on a policy at this very moment"
