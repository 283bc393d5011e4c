"""``python -m services.accounts api`` or ``worker``."""

from services.accounts.app import service

if __name__ == "__main__":
    service.main()
