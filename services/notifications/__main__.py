"""``python -m services.notifications api`` or ``worker``."""

from services.notifications.app import service

if __name__ == "__main__":
    service.main()
