"""``python -m ops``, which is what `./plenary` becomes."""

from ops.cli import main

if __name__ == "__main__":
    main()
