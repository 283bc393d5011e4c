"""Word clouds: what people answered, counted, weighed and drawn (S2 to S4).

``counting`` merges and counts what was said, ``metrics`` knows how much room a word takes, ``layout`` finds each word a
place, ``picture`` writes the SVG and ``forms`` the list and the CSV. The same answers in any order come to the same
bytes: nothing here depends on an order that is not stated, on chance, on a clock or on floating-point functions.
"""

from services.content.model.wordcloud.counting import Cloud, Count, Tally, Word, cloud_of, tally
from services.content.model.wordcloud.forms import as_csv, as_list
from services.content.model.wordcloud.picture import as_svg

__all__ = ["Cloud", "Count", "Tally", "Word", "as_csv", "as_list", "as_svg", "cloud_of", "tally"]
