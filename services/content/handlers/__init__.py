"""Use cases, one function each: one module per feature (``articles``, ``surveys``, ``webinars``)."""
