"""What community refuses, by name. Each slug has its paragraph in docs/problems/community.md."""

from shared.errors import Refusal


class CommentNotFound(Refusal):
    slug, status, title = "comment-not-found", 404, "There is no such comment"


class ArticleUnknown(Refusal):
    slug, status, title = "article-unknown", 404, "There is no such article to comment on"


class ParentNotFound(Refusal):
    slug, status, title = "parent-not-found", 404, "The comment you reply to is not there"


class ParentElsewhere(Refusal):
    slug, status, title = "parent-elsewhere", 422, "The comment you reply to is under another article"


class ThreadClosed(Refusal):
    slug, status, title = "thread-closed", 409, "The discussion of this article is closed"


class CommentEmpty(Refusal):
    slug, status, title = "comment-empty", 422, "Nothing of the comment is left to show"


class CommentGone(Refusal):
    slug, status, title = "comment-gone", 409, "The comment is no longer shown"


class EditWindowOver(Refusal):
    slug, status, title = "edit-window-over", 409, "The time to change this comment is over"


class Suspended(Refusal):
    slug, status, title = "suspended", 403, "Your membership is suspended"


class TooManyComments(Refusal):
    slug, status, title = "too-many-comments", 429, "You are writing faster than others can read"


class TooManySuggestions(Refusal):
    slug, status, title = "too-many-suggestions", 429, "You have made many suggestions lately"


class SuggestionNotFound(Refusal):
    slug, status, title = "suggestion-not-found", 404, "There is no such suggestion"


class IllegalMove(Refusal):
    slug, status, title = "illegal-move", 409, "The suggestion cannot go there from where it is"


class ReasonMissing(Refusal):
    slug, status, title = "reason-missing", 422, "Say why"


class WebinarUnknown(Refusal):
    slug, status, title = "webinar-unknown", 422, "A scheduled suggestion names the webinar it led to"


class MemberUnknown(Refusal):
    slug, status, title = "member-unknown", 422, "There is no such member"


class StillToCome(Refusal):
    slug, status, title = "still-to-come", 422, "What is imported has happened already"


class OutOfOrder(Refusal):
    slug, status, title = "out-of-order", 422, "These steps cannot have been taken in this order"
