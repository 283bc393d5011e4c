"""What accounts refuses, by name. Each slug has a paragraph in ``docs/problems/accounts.md``."""

from shared.errors import Refusal


class AddressInvalid(Refusal):
    slug, status, title = "address-invalid", 422, "This is not an e-mail address"


class ProofNotFound(Refusal):
    slug, status, title = "proof-not-found", 404, "There is no such link or code"


class LinkUsed(Refusal):
    slug, status, title = "link-used", 410, "This link or code was used before"


class LinkExpired(Refusal):
    slug, status, title = "link-expired", 410, "This link or code has expired"


class CodeWrong(Refusal):
    slug, status, title = "code-wrong", 422, "The code is not the one in the mail"


class TooManyAttempts(Refusal):
    slug, status, title = "too-many-attempts", 429, "Too many attempts; wait a little"


class CredentialsInvalid(Refusal):
    slug, status, title = "credentials-invalid", 401, "The address and the password do not belong together"


class TokenReused(Refusal):
    slug, status, title = "token-reused", 401, "This refresh token was used before, so the session has been ended"


class SessionNotFound(Refusal):
    slug, status, title = "session-not-found", 404, "You have no such session"


class SessionEnded(Refusal):
    slug, status, title = "session-ended", 401, "This session has been ended; log in again"


class MemberNotFound(Refusal):
    slug, status, title = "member-not-found", 404, "There is no such member"


class AlreadyAMember(Refusal):
    slug, status, title = "already-a-member", 409, "This address has an account by now; log in"


class AddressTaken(Refusal):
    slug, status, title = "address-taken", 409, "This address belongs to another member"


class PasswordWeak(Refusal):
    slug, status, title = "password-weak", 422, "This password is too easy to guess"


class PasswordMissing(Refusal):
    slug, status, title = "password-missing", 422, "A new password is needed to finish this"


class PasswordWrong(Refusal):
    slug, status, title = "password-wrong", 403, "The present password is another one"


class ReaderTokenInvalid(Refusal):
    slug, status, title = "reader-token-invalid", 422, "The reader cookie is missing or not one of ours"


class ReaderLinkedElsewhere(Refusal):
    slug, status, title = "reader-linked-elsewhere", 409, "This reader already belongs to another member"


class ReviewDecided(Refusal):
    slug, status, title = "review-decided", 409, "This review has been decided"


class NothingToReview(Refusal):
    slug, status, title = "nothing-to-review", 409, "This member never needed a review"


class OwnRoles(Refusal):
    slug, status, title = "own-roles", 409, "Nobody changes their own roles or reviews themselves"


class DomainListNotFound(Refusal):
    slug, status, title = "domain-list-not-found", 404, "There is no such version of the domain list"


class DomainInvalid(Refusal):
    slug, status, title = "domain-invalid", 422, "This is not a domain name"


class DomainNotListed(Refusal):
    slug, status, title = "domain-not-listed", 422, "What is to be removed is not on the list"
