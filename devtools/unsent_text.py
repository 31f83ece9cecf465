"""Text that somebody typed into a form of a service and did not send."""

from datetime import datetime, timedelta
from uuid import uuid4

from services.platform.db import unsent_texts
from services.platform.db.unsent_texts import UnsentText
from services.platform.service import Service


def an_unsent_text(service: Service, *, at: datetime) -> None:
    """Whoever typed it is nobody else in the test."""
    text = UnsentText(id=uuid4(), page="/a/page", answers={"why": ["Not sent yet"]}, saved_at=at)
    with service.database.write() as connection:
        unsent_texts.save(connection, service.tables, text, staff_id=uuid4(), lifetime=timedelta(hours=1))
