"""``python -m services.metering api`` or ``worker``."""

from services.metering.app import service

if __name__ == "__main__":
    service.main()
