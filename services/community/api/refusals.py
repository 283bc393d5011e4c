"""What single operations refuse, beside what all of them do: for the document, and held to by every test."""

from services.community.errors import (
    ArticleUnknown,
    CommentEmpty,
    CommentGone,
    CommentNotFound,
    EditWindowOver,
    IllegalMove,
    MemberUnknown,
    OutOfOrder,
    ParentElsewhere,
    ParentNotFound,
    ReasonMissing,
    StillToCome,
    SuggestionNotFound,
    Suspended,
    ThreadClosed,
    TooManyComments,
    TooManySuggestions,
    WebinarUnknown,
)
from shared.http import Refusals

REPLYING = (ParentNotFound, ParentElsewhere, CommentGone)

REFUSALS: Refusals = {
    "postComment": (Suspended, ArticleUnknown, *REPLYING, ThreadClosed, CommentEmpty, TooManyComments),
    "importComment": (MemberUnknown, StillToCome, ArticleUnknown, *REPLYING, CommentEmpty),
    "importSuggestion": (MemberUnknown, StillToCome, OutOfOrder, IllegalMove, ReasonMissing, WebinarUnknown),
    "getComment": (CommentNotFound,),
    "editComment": (Suspended, CommentNotFound, CommentEmpty, EditWindowOver, ThreadClosed),
    "eraseComment": (CommentNotFound,),
    "hideComment": (CommentNotFound, CommentGone),
    "restoreComment": (CommentNotFound, CommentGone),
    "markCommentHelpful": (Suspended, CommentNotFound, CommentGone),
    "unmarkCommentHelpful": (Suspended, CommentNotFound, CommentGone),
    "closeThread": (ArticleUnknown,),
    "suggestTopic": (Suspended, TooManySuggestions),
    "getSuggestion": (SuggestionNotFound,),
    "supportSuggestion": (Suspended, SuggestionNotFound),
    "unsupportSuggestion": (Suspended, SuggestionNotFound),
    "moveSuggestion": (SuggestionNotFound, IllegalMove, ReasonMissing, WebinarUnknown),
}
