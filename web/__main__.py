"""``python -m web``: serve the site."""

from web.app import main

if __name__ == "__main__":
    main()
