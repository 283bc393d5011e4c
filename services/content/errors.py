"""What content refuses, by name. Each slug has its paragraph in docs/problems/content.md.

Articles first, then the shelves they stand on, then surveys and webinars.
"""

from shared.errors import Refusal

# Articles


class ArticleNotFound(Refusal):
    slug, status, title = "article-not-found", 404, "There is no such article"


class ArticleGone(Refusal):
    slug, status, title = "article-archived", 410, "This article is no longer offered"


class RevisionNotFound(Refusal):
    slug, status, title = "revision-not-found", 404, "The article has no such revision"


class SlugTaken(Refusal):
    slug, status, title = "slug-taken", 409, "This slug belongs, or once belonged, to something else"


class KindFieldMissing(Refusal):
    slug, status, title = "kind-field-missing", 422, "This kind of article needs more"


class MarkdownRefused(Refusal):
    slug, status, title = "markdown-refused", 422, "The body holds something that cannot be shown"


class ArticleTooLong(Refusal):
    slug, status, title = "article-too-long", 413, "The article's body is too large"


class ReferenceUnknown(Refusal):
    slug, status, title = "reference-unknown", 422, "This refers to something that is not there"


class IllegalMove(Refusal):
    slug, status, title = "illegal-move", 409, "The article cannot go there from where it is"


class ApprovalMissing(Refusal):
    slug, status, title = "approval-missing", 409, "Another editor has not approved this revision"


class OwnItem(Refusal):
    slug, status, title = "own-item", 403, "Nobody approves what they wrote"


class PastTime(Refusal):
    slug, status, title = "time-not-possible", 422, "The time is on the wrong side of now"


# Board, topics, regions, series


class BoardMemberNotFound(Refusal):
    slug, status, title = "board-member-not-found", 404, "Nobody of this name sits on the board"


class TopicNotFound(Refusal):
    slug, status, title = "topic-not-found", 404, "There is no such topic"


class RegionNotFound(Refusal):
    slug, status, title = "region-not-found", 404, "There is no such region"


class SeriesNotFound(Refusal):
    slug, status, title = "series-not-found", 404, "There is no such series"


# Surveys


class SurveyNotFound(Refusal):
    slug, status, title = "survey-not-found", 404, "There is no such survey"


class SurveyClosed(Refusal):
    slug, status, title = "survey-closed", 409, "This survey takes no more answers"


class AnswersGiven(Refusal):
    slug, status, title = "survey-answered", 409, "People have answered; this can no longer change"


class NotInvited(Refusal):
    slug, status, title = "not-invited", 403, "This survey asks invited people"


class ReaderUnknown(Refusal):
    slug, status, title = "reader-unknown", 401, "Nobody can tell whose answer this is"


class AnswerNotFound(Refusal):
    slug, status, title = "answer-not-found", 404, "You have not answered this survey"


class TermBlank(Refusal):
    slug, status, title = "term-blank", 422, "A term holds no word"


class RulingNotPossible(Refusal):
    slug, status, title = "ruling-not-possible", 409, "The term cannot be ruled upon like that"


# Webinars


class WebinarNotFound(Refusal):
    slug, status, title = "webinar-not-found", 404, "There is no such webinar"


class WebinarStarted(Refusal):
    slug, status, title = "webinar-started", 409, "The webinar has started"


class WebinarIsCancelled(Refusal):
    slug, status, title = "webinar-cancelled", 409, "The webinar is cancelled"


class WebinarFull(Refusal):
    slug, status, title = "webinar-full", 409, "Every place at the webinar is taken"


class WebinarNotStarted(Refusal):
    slug, status, title = "webinar-not-started", 409, "The webinar has not started yet"


class PlacesTaken(Refusal):
    slug, status, title = "places-taken", 409, "More places are taken than there would be"


class RegistrationNotFound(Refusal):
    slug, status, title = "registration-not-found", 404, "You have no such registration"


class ZoneUnknown(Refusal):
    slug, status, title = "zone-unknown", 422, "There is no such time zone"


class WallTimeMissing(Refusal):
    slug, status, title = "wall-time-missing", 422, "Clocks skip this time"


class WallTimeAmbiguous(Refusal):
    slug, status, title = "wall-time-ambiguous", 422, "Clocks show this time twice"


class OffsetMismatch(Refusal):
    slug, status, title = "offset-mismatch", 422, "The offset is not in force at this time"
