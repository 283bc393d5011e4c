"""``python -m services.community api`` or ``worker``."""

from services.community.app import service

if __name__ == "__main__":
    service.main()
