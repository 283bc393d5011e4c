"""Letters: templates, what is put into them, and the mail that comes out.

A room beside the model: it knows MJML, Jinja and MIME, and neither MongoDB nor SMTP.
"""

from services.notifications.letters.engine import Letter, LetterBroken, Letters, shipped_letters
from services.notifications.letters.writing import Desk

__all__ = ["Desk", "Letter", "LetterBroken", "Letters", "shipped_letters"]
