"""What single operations refuse, beside what all of them do: for the document, and held to by every test."""

from services.accounts.errors import (
    AddressInvalid,
    AddressTaken,
    AlreadyAMember,
    CodeWrong,
    CredentialsInvalid,
    DomainInvalid,
    DomainListNotFound,
    DomainNotListed,
    LinkExpired,
    LinkUsed,
    MemberNotFound,
    NothingToReview,
    OwnRoles,
    PasswordMissing,
    PasswordWeak,
    PasswordWrong,
    ProofNotFound,
    ReaderLinkedElsewhere,
    ReaderTokenInvalid,
    ReviewDecided,
    SessionEnded,
    SessionNotFound,
    TokenReused,
    TooManyAttempts,
)
from shared.errors import StaleWrite
from shared.http import Refusals

PROVING = (ProofNotFound, LinkUsed, LinkExpired, AlreadyAMember, PasswordWeak)

REFUSALS: Refusals = {
    "requestSignup": (AddressInvalid, TooManyAttempts),
    "requestProof": (AddressInvalid, TooManyAttempts),
    "redeemProof": (*PROVING, CodeWrong, PasswordMissing, TooManyAttempts),
    "join": PROVING,
    "logIn": (CredentialsInvalid, TooManyAttempts),
    "refreshSession": (TokenReused, SessionEnded),
    "endSession": (SessionNotFound,),
    "getMe": (MemberNotFound,),
    "updateMe": (MemberNotFound,),
    "changePassword": (MemberNotFound, SessionEnded, PasswordWrong, PasswordWeak, TooManyAttempts),
    "linkReader": (MemberNotFound, ReaderTokenInvalid, ReaderLinkedElsewhere),
    "findMember": (AddressInvalid, MemberNotFound),
    "getMember": (MemberNotFound,),
    "getAuditTrail": (MemberNotFound,),
    "decideReview": (MemberNotFound, NothingToReview, ReviewDecided, OwnRoles, StaleWrite),
    "setRoles": (MemberNotFound, OwnRoles),
    "suspend": (MemberNotFound, OwnRoles, StaleWrite),
    "importMember": (AddressInvalid, AddressTaken, PasswordWeak),
    "judgeDomain": (DomainInvalid,),
    "getVersion": (DomainListNotFound,),
    "changeDomainList": (DomainInvalid, DomainNotListed),
}
