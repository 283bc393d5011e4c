"""The gateway's API, as one reader asks it."""

from web.api.api import Api
from web.api.problems import Problem, Unavailable
from web.api.transport import Answer, As, Gateway

__all__ = ["Answer", "Api", "As", "Gateway", "Problem", "Unavailable"]
