"""The kinds of refusal, each with its HTTP status. A rule's error is a subclass defined beside the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from services.platform.i18n import N_


@dataclass(frozen=True)
class FieldError:
    """An error in one field. `pointer` is a JSON pointer; `detail` never repeats the value."""

    pointer: str
    detail: str


class ApplicationError(Exception):
    """A refused request, with a sentence that its sender can act on."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = N_("This cannot be done now")

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail
        self.errors = tuple(errors)


class BadRequest(ApplicationError):
    status = 400
    title = N_("The request could not be read")


class Forbidden(ApplicationError):
    status = 403
    title = N_("Your role does not allow this")


class NotFound(ApplicationError):
    """The record does not exist, or this person may not see it: the two responses are identical."""

    status = 404
    title = N_("Not found")


class Conflict(ApplicationError):
    status = 409
    title = N_("This cannot be done now")


class Stale(ApplicationError):
    """Another user changed it after it was read."""

    status = 412
    title = N_("It has changed since you opened it")


class ReadItFirst(ApplicationError):
    """A change did not state which version its sender had read."""

    status = 428
    title = N_("Send If-Match with the ETag that you read")


class Invalid(ApplicationError):
    status = 422
    title = N_("Some answers need attention")


class Unavailable(ApplicationError):
    status = 503
    title = N_("Try again in a minute")
