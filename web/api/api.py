"""The whole API in one reader's name: ``visit.api.content.article("one-form-in-stockholm")``.

A page that needs several answers asks at once::

    async with asyncio.TaskGroup() as asking:
        topics = asking.create_task(visit.api.content.topics())
        newest = asking.create_task(visit.api.content.articles(limit=12))
"""

from __future__ import annotations

from web.api.accounts import Accounts
from web.api.community import Community
from web.api.content import Content
from web.api.desk import Desk
from web.api.metering import Metering
from web.api.notifications import Notifications
from web.api.transport import As, Gateway


class Api:
    """One object for each request that is served."""

    def __init__(self, gateway: Gateway, who: As) -> None:
        self.who = who
        self.accounts = Accounts(gateway, who)
        self.content = Content(gateway, who)
        self.desk = Desk(gateway, who)
        self.metering = Metering(gateway, who)
        self.community = Community(gateway, who)
        self.notifications = Notifications(gateway, who)
