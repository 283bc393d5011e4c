"""Who may do what: for every operation the status that each of eight knocks gets. To be reviewed line by line.

Whoever adds a route adds its line here, and to ``calls.py`` how it is called. The call is always a good one, made to a
thing that is there and, where things have owners, is the owner's: what is refused is refused for who asks. 401 is for
strangers, 403 for what a role is needed for, and 404 for things of somebody else, whose existence is nobody's business.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """The statuses, in the order of ``town.ACTORS``."""

    anonymous: int
    owner: int
    other: int
    pending: int
    editor: int
    moderator: int
    manager: int
    admin: int


def row(statuses: str) -> Row:
    """Read a line of the table."""
    return Row(*map(int, statuses.split()))


OPEN = row("200 200 200 200 200 200 200 200")
"""What is public, or known to whoever holds the link, the code or the token that the request shows."""
OPEN_ACCEPTED = row("202 202 202 202 202 202 202 202")
OPEN_CREATED = row("201 201 201 201 201 201 201 201")
MEMBERS = row("401 200 200 200 200 200 200 200")
"""What members do, each to what is theirs."""
MEMBERS_CREATE = row("401 201 201 201 201 201 201 201")
MEMBERS_END = row("401 204 204 204 204 204 204 204")
OWNERS = row("401 200 404 404 404 404 404 404")
"""What is the owner's alone, whatever role somebody else has."""
OWNERS_END = row("401 204 404 404 404 404 404 404")
EDITORS = row("401 403 403 403 200 403 403 200")
EDITORS_CREATE = row("401 403 403 403 201 403 403 201")
EDITORS_END = row("401 403 403 403 204 403 403 204")
ADMINS = row("401 403 403 403 403 403 403 200")

EXPECTED: dict[str, Row] = {
    # Accounts: joining and logging in need no account; what they need is in the request.
    "requestSignup": OPEN_ACCEPTED,
    "requestProof": OPEN_ACCEPTED,
    "redeemProof": OPEN,
    "join": OPEN_CREATED,
    "logIn": OPEN_CREATED,
    "refreshSession": OPEN,
    "getKeys": OPEN,
    # Accounts: oneself.
    "getMe": MEMBERS,
    "updateMe": MEMBERS,
    "changePassword": MEMBERS_END,
    "linkReader": MEMBERS,
    "listSessions": MEMBERS,
    "endAllSessions": MEMBERS_END,
    "endSession": OWNERS_END,
    # Accounts: others, for staff. Addresses are seen by those who review them.
    "listMembers": row("401 403 403 403 403 403 200 200"),
    "findMember": row("401 403 403 403 403 403 200 200"),
    "getMember": row("401 403 403 403 403 403 200 200"),
    "decideReview": row("401 403 403 403 403 403 200 200"),
    "suspend": row("401 403 403 403 403 200 403 200"),
    "getAuditTrail": ADMINS,
    "setRoles": ADMINS,
    "importMember": row("401 403 403 403 403 403 403 201"),
    # Accounts: the domain list is public, its making is not.
    "getDomainList": OPEN,
    "judgeDomain": OPEN,
    "listVersions": ADMINS,
    "getVersion": ADMINS,
    "changeDomainList": row("401 403 403 403 403 403 403 201"),
    # Content: what readers see. A wall is an answer: `readArticle` gives the teaser to whoever has no grant.
    "listArticles": OPEN,
    "readArticle": OPEN,
    "relatedArticles": OPEN,
    "search": OPEN,
    "followAllByAtom": OPEN,
    "followAllByRss": OPEN,
    "followByAtom": OPEN,
    "followByRss": OPEN,
    "readSitemap": OPEN,
    "trendingArticles": OPEN,
    "listTopics": OPEN,
    "readTopic": OPEN,
    "listRegions": OPEN,
    "readRegion": OPEN,
    "listSeries": OPEN,
    "readSeries": OPEN,
    "listBoard": OPEN,
    # Content: what editors do.
    "createArticle": EDITORS_CREATE,
    "importArticle": EDITORS_CREATE,
    "showDesk": EDITORS,
    "workingArticle": EDITORS,
    "rewriteArticle": EDITORS,
    "renameArticle": EDITORS,
    "previewArticle": EDITORS,
    "approveArticle": EDITORS,
    "moveArticle": EDITORS,
    "listRevisions": EDITORS,
    "readRevision": EDITORS,
    "putTopic": EDITORS,
    "putSeries": EDITORS,
    "putBoardMember": EDITORS,
    "removeBoardMember": EDITORS_END,
    # Content: surveys. The one that is answered here asks members; an invitation is shown by whoever holds it.
    "listSurveys": OPEN,
    "readSurvey": OPEN,
    "readCloud": OPEN,
    "drawCloud": OPEN,
    "listCloud": OPEN,
    "tabulateCloud": OPEN,
    "answerSurvey": MEMBERS,
    "ownAnswer": OWNERS,
    "withdrawAnswer": OWNERS_END,
    "invitedAnswer": OPEN,
    "withdrawInvitedAnswer": row("204 204 204 204 204 204 204 204"),
    "openSurvey": EDITORS_CREATE,
    "importSurvey": EDITORS_CREATE,
    "reviseSurvey": EDITORS,
    "closeSurvey": EDITORS,
    "inviteToSurvey": EDITORS_CREATE,
    "everyTerm": EDITORS,
    "ruleOnTerm": EDITORS_CREATE,
    # Content: webinars.
    "listWebinars": OPEN,
    "readWebinar": OPEN,
    "webinarCalendarFile": OPEN,
    "registerForWebinar": MEMBERS_CREATE,
    "listRegistrations": MEMBERS,
    "readRegistration": OWNERS,
    "giveUpRegistration": OWNERS_END,
    "announceWebinar": EDITORS_CREATE,
    "importWebinar": EDITORS_CREATE,
    "reviseWebinar": EDITORS,
    "rescheduleWebinar": EDITORS,
    "cancelWebinar": EDITORS,
    "recordWebinar": EDITORS,
    # Metering: one's own meter, and the rules that it goes by.
    "getMeter": OPEN,
    "listPolicies": OPEN,
    "createPolicy": row("401 403 403 403 403 403 403 201"),
    "getFunnel": row("401 403 403 403 200 403 200 200"),
    # Notifications: the token in the link of a mail says whose mail it stops.
    "getPreferences": MEMBERS,
    "choosePreferences": MEMBERS,
    "listPurposes": OPEN,
    "getUnsubscription": OPEN,
    "unsubscribe": OPEN,
    "getJourney": row("401 403 403 403 200 200 200 200"),
    "listDeliveries": ADMINS,
    "getDelivery": ADMINS,
    "resendDelivery": row("401 403 403 403 403 403 403 202"),
    # Community: reading is public, writing needs a membership, and words are their author's.
    "listComments": OPEN,
    "getComment": OPEN,
    "postComment": MEMBERS_CREATE,
    "editComment": OWNERS,
    "eraseComment": OWNERS_END,
    "markCommentHelpful": MEMBERS,
    "unmarkCommentHelpful": MEMBERS,
    "listCommentsToModerate": row("401 403 403 403 403 200 403 200"),
    "hideComment": row("401 403 403 403 403 200 403 200"),
    "restoreComment": row("401 403 403 403 403 200 403 200"),
    "closeThread": row("401 403 403 403 403 204 403 204"),
    "listSuggestions": OPEN,
    "getSuggestion": OPEN,
    "listCommunityManagers": OPEN,
    "suggestTopic": MEMBERS_CREATE,
    "supportSuggestion": MEMBERS,
    "unsupportSuggestion": MEMBERS,
    "moveSuggestion": row("401 403 403 403 403 403 200 200"),
    "importComment": row("401 403 403 403 403 403 403 201"),
    "importSuggestion": row("401 403 403 403 403 403 403 201"),
}
