"""HTTP bodies: one module per feature (``articles``, ``surveys``, ``webinars``)."""
