"""Sources of the audit page's rows: in the same process, or over HTTP with the caller's own credentials."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

import structlog

from services.platform.audit import api, search
from services.platform.audit.search import FoundRow, Query
from services.platform.service import Service

# Imported on use: the import opens a socket, to detect IPv6.
if TYPE_CHECKING:
    import urllib3

_SECONDS = 4.0

_log = structlog.get_logger()


class SourceUnavailable(Exception):
    """The service did not respond: its rows are missing, and the page shows that."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The person who searches."""

    staff_id: UUID
    correlation_id: UUID
    scopes: frozenset[str] | None = None
    """The scopes of a bearer token; None for a session."""
    headers: Mapping[str, str] = field(repr=False)
    """Host, and the session cookie or bearer token: each service authenticates and authorises the caller itself."""


class AuditSource(Protocol):
    def rows(self, query: Query, caller: Caller) -> list[FoundRow]:
        """Returns up to `limit` rows, newest first. Raises SourceUnavailable."""
        ...

    def ids(self, reference: str, caller: Caller) -> list[str]:
        """Returns the ids known for a referral's reference. Raises SourceUnavailable."""
        ...

    def references(self, ids: Collection[UUID], caller: Caller) -> Mapping[UUID, str]:
        """Returns, for up to MAX_IDS ids, the reference of the referral that each belongs to. Raises SourceUnavailable."""
        ...


@dataclass(frozen=True)
class LocalSource:
    """A service of this process. The page checks the caller's role, and this class a token's scopes."""

    service: Callable[[], Service]

    def rows(self, query: Query, caller: Caller) -> list[FoundRow]:
        service = self._for(caller)
        return search.find(service, query, actor=caller.staff_id, correlation_id=caller.correlation_id)

    def ids(self, reference: str, caller: Caller) -> list[str]:
        return search.ids_of(self._for(caller), reference)

    def references(self, ids: Collection[UUID], caller: Caller) -> Mapping[UUID, str]:
        return search.references_of(self._for(caller), ids)

    def _for(self, caller: Caller) -> Service:
        service = self.service()
        if caller.scopes is not None and f"{service.name}:read" not in caller.scopes:
            raise SourceUnavailable(service.name)
        return service


@dataclass(frozen=True)
class HttpSource:
    """A service at its own address, such as `http://intake-web:8000`."""

    name: str
    address: str

    def rows(self, query: Query, caller: Caller) -> list[FoundRow]:
        answer = self._get(f"rows?{urlencode(api.parameters(query))}", caller)
        try:
            return [api.read(self.name, row) for row in answer["rows"]]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._unavailable("audit_source_unreadable") from None

    def ids(self, reference: str, caller: Caller) -> list[str]:
        answer = self._get(f"ids?{urlencode({'reference': reference})}", caller)
        try:
            return [str(UUID(one)) for one in answer["ids"]]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._unavailable("audit_source_unreadable") from None

    def references(self, ids: Collection[UUID], caller: Caller) -> Mapping[UUID, str]:
        answer = self._get(f"references?{urlencode([('id', str(one)) for one in ids])}", caller)
        try:
            return {UUID(one): str(reference) for one, reference in answer["references"].items()}
        except (AttributeError, KeyError, ValueError):
            raise self._unavailable("audit_source_unreadable") from None

    def _get(self, path: str, caller: Caller) -> Mapping[str, Any]:
        import urllib3

        url = f"{self.address}/{self.name}/api/v1/audit/{path}"
        try:
            response = self._pool.request("GET", url, headers=dict(caller.headers), redirect=False)
            answer = json.loads(response.data) if response.status == 200 else None
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise self._unavailable("audit_source_failed", error=type(error).__name__) from None
        if not isinstance(answer, dict):
            raise self._unavailable("audit_source_refused", status=response.status)
        return answer

    def _unavailable(self, event: str, **about: object) -> SourceUnavailable:
        _log.error(event, **about)
        return SourceUnavailable(self.name)

    @cached_property
    def _pool(self) -> "urllib3.PoolManager":
        import urllib3

        return urllib3.PoolManager(maxsize=8, timeout=urllib3.Timeout(total=_SECONDS), retries=False)
