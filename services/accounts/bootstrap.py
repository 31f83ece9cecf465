"""Composition root of the accounts service."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint

from services.accounts import (
    oidc_sign_in,
    one_time_passwords,
    sessions,
    sign_in,
    staff,
    tables,
    teams,
    tokens,
)
from services.accounts.identities import LocalIdentities
from services.accounts.provider_settings import ProviderSettings
from services.accounts.settings import LIMITS, Settings
from services.platform.audit.sources import AuditSource, HttpSource, LocalSource
from services.platform.auth import claims
from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.dispatcher import Dispatcher
from services.platform.service import KnownRecord, Routes, Service

HERE = Path(__file__).parent
NAME = "accounts"

HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    staff.ChangeMember: staff.change_member,
    teams.AddTeam: teams.add_team,
    teams.ChangeTeam: teams.change_team,
    teams.EndTeam: teams.end_team,
    teams.BringTeamBack: teams.bring_team_back,
    one_time_passwords.ChoosePassword: one_time_passwords.choose_password,
    oidc_sign_in.SignInVouchedFor: oidc_sign_in.sign_in_from_provider,
    sessions.BeginSession: sessions.begin_session,
    sessions.EndSession: sessions.end_session,
    sessions.EndAllSessions: sessions.end_all_sessions,
    sign_in.RecordFailedSignIn: sign_in.record_failed_sign_in,
    sign_in.ClearFailedSignIns: sign_in.clear_failed_sign_ins,
    tokens.RevokeToken: tokens.revoke_token,
}


RECORDS = (
    KnownRecord(argument="staff_id", subject_type="staff", id=tables.staff.c.id, missing=staff.UnknownMember),
    KnownRecord(argument="team_id", subject_type="team", id=tables.teams.c.id, missing=teams.UnknownTeam),
    KnownRecord(
        argument="session_id", subject_type="session", id=tables.sessions.c.id, missing=sessions.UnknownSession
    ),
    KnownRecord(argument="token_id", subject_type="token", id=tables.tokens.c.id, missing=tokens.UnknownToken),
)


def build(
    settings: Settings,
    *,
    identities: IdentityPort | None = None,
    clock: Clock = system_clock,
    audits: Mapping[str, AuditSource] | None = None,
) -> Service:
    """Builds the service. It resolves identities itself unless `identities` is given.

    `audits` are the other services of this process; otherwise it calls the services named in the settings over HTTP.
    """
    database = Database.of(settings, service=NAME)
    dispatcher = Dispatcher(
        service=NAME,
        database=database,
        tables=tables.platform,
        unit_of_work=lambda transaction: transaction,
        handlers={
            **HANDLERS,
            staff.AddMember: partial(staff.add_member, one_time_lifetime=settings.one_time_password_lifetime),
            one_time_passwords.ResetPassword: partial(
                one_time_passwords.reset_password, lifetime=settings.one_time_password_lifetime
            ),
            tokens.IssueToken: partial(tokens.issue_token, max_lifetime=settings.max_token_lifetime),
        },
        clock=clock,
    )
    local = LocalIdentities(database, clock, failures_per_minute=settings.audited_failures_per_minute)

    def routes() -> Routes:
        from services.accounts import (
            added_pages,
            audit_pages,
            home_pages,
            introspection_api,
            password_pages,
            sign_in_pages,
            staff_pages,
            team_pages,
        )
        from services.platform.ui import static_files

        return Routes(
            blueprints=[
                home_pages.pages,
                sign_in_pages.pages,
                *([_provider_pages(settings.provider)] if settings.provider else []),
                password_pages.pages,
                staff_pages.pages,
                added_pages.pages,
                team_pages.pages,
                audit_pages.blueprint(sources, max_rows=settings.audit_export_max_rows),
                introspection_api.blueprint(local, settings.introspection_keys),
                static_files.blueprint,
            ],
            any_host=(claims.PATH,),
            extensions={LIMITS: settings.limits},
        )

    service = Service(
        name=NAME,
        settings=settings,
        identities=identities or local,
        database=database,
        metadata=tables.metadata,
        tables=tables.platform,
        dispatcher=dispatcher,
        migrations=HERE / "migrations",
        routes=routes,
        templates=HERE / "templates",
        records=RECORDS,
        clock=clock,
    )
    others = _over_http(settings.service_urls) if audits is None else audits
    sources: Mapping[str, AuditSource] = {NAME: LocalSource(lambda: service), **others}
    return service


def _over_http(addresses: Mapping[str, str]) -> Mapping[str, AuditSource]:
    return {name: HttpSource(name, address) for name, address in addresses.items()}


def _provider_pages(settings: ProviderSettings) -> Blueprint:
    """Only an installation with a provider needs the extra `oidc`."""
    from services.accounts import provider, provider_pages

    return provider_pages.blueprint(provider.Provider(settings))
