"""Fifty officials who were asked what openness in government means, and what they said."""

QUESTION = "What does openness in government mean to you, in a word or two?"

_SAID = {
    "transparency": 31,
    "openness": 27,
    "trust": 24,
    "understanding": 20,
    "integrity": 18,
    "accountability": 12,
    "listening": 10,
    "participation": 9,
    "honesty": 8,
    "open data": 7,
    "collaboration": 6,
    "access": 5,
    "clarity": 5,
    "dialogue": 5,
    "fairness": 5,
    "engagement": 4,
    "responsiveness": 4,
    "simplicity": 4,
    "learning": 4,
    "empathy": 4,
    "plain language": 3,
    "courage": 3,
    "sharing": 3,
    "citizens": 3,
    "inclusion": 3,
    "feedback": 3,
    "consultation": 3,
    "evidence": 3,
    "curiosity": 3,
    "humility": 3,
    "service": 3,
    "patience": 1,
    "cake": 1,
}
"""How many officials gave each term."""


def _dealt() -> list[list[str]]:
    """The terms dealt out among fifty people, round the table, so that nobody holds one twice or more than five."""
    answers: list[list[str]] = [[] for _ in range(50)]
    seat = 0
    for term, people in _SAID.items():
        for _ in range(people):
            answers[seat % 50].append(term)
            seat += 1
    return answers


ANSWERS = _dealt()
