"""The rules, pure: one module per feature (``articles``, ``surveys``, ``webinars``)."""
