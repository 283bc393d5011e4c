"""`plenary pictures`: every main page of the running site, as wide as a phone, a tablet and a desk, by day and night.

The first screens of the ones that the README shows are kept in ``docs/pictures``; whole pages are for whoever changes
the site's looks, who should look at all of them.
"""
