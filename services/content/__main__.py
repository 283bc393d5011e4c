"""``python -m services.content api`` or ``worker``."""

from services.content.app import service

if __name__ == "__main__":
    service.main()
