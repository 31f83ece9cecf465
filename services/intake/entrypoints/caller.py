"""What follows from who is asking: as whom they refer, which source that is, and for which site and area."""

from dataclasses import dataclass

from flask import current_app

from services.contracts.codes import OrganisationClass, Role, Source
from services.intake.domain.referral import ReferredBy
from services.intake.domain.viewer import Viewer
from services.intake.entrypoints.locality import Locality, Site
from services.platform.auth.identity import Identity
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_
from services.platform.web import current

_SOURCES = {
    OrganisationClass.HEALTH: Source.AE_NAVIGATOR,
    OrganisationClass.EDUCATION: Source.SCHOOL,
    OrganisationClass.YOUTH_CUSTODY: Source.CUSTODY,
    OrganisationClass.PRISON: Source.CUSTODY,
    OrganisationClass.POLICE: Source.POLICE,
}


class UnknownPlace(Invalid):
    """The area or the site is not one that this partnership has."""

    title = N_("Choose an area")


@dataclass(frozen=True, kw_only=True)
class Place:
    area: str
    site: str | None


def locality() -> Locality:
    found: Locality = current_app.extensions["intake"]
    return found


def referred_by(identity: Identity) -> ReferredBy:
    """Returns the account, of staff or of a system. Its holder never reviews what it sent."""
    return ReferredBy(
        staff_id=identity.staff_id,
        organisation_id=identity.organisation_id,
        organisation_class=identity.organisation_class,
        is_system=identity.has(Role.PARTNER_SYSTEM),
    )


def viewer() -> Viewer:
    """Returns the signed-in reviewer. Raises Unauthorized without a session."""
    identity = current.identity()
    return Viewer(staff_id=identity.staff_id, organisation_class=identity.organisation_class, areas=identity.areas)


def source_of(identity: Identity) -> Source:
    if identity.has(Role.NAVIGATOR):
        return Source.AE_NAVIGATOR
    if identity.has(Role.PARTNER_SYSTEM) and identity.organisation_class is not OrganisationClass.POLICE:
        return Source.PARTNER_SYSTEM
    return _SOURCES.get(identity.organisation_class, Source.PARTNER_SYSTEM)


def own_site(identity: Identity) -> Site | None:
    """The site that the caller most likely refers from: the first of their organisation in one of their areas."""
    own = [site for site in locality().sites if site.organisation == identity.organisation_name]
    return next((site for site in own if site.area in identity.areas), own[0] if own else None)


def areas(identity: Identity) -> dict[str, str]:
    """Every area that may be chosen, by code, the caller's own ones first."""
    names = dict(locality().areas)
    codes = sorted(identity.areas) + [code for code in names if code not in identity.areas]
    return {code: names.get(code) or code.replace("-", " ").capitalize() for code in codes}


def place_names(identity: Identity) -> dict[str, str]:
    """What areas and sites are called, by code."""
    return areas(identity) | {site.code: site.name for site in locality().sites}


def place(identity: Identity, *, area: str | None, site: str | None) -> Place:
    """The area chosen, or the site's, or the caller's own. Raises UnknownPlace."""
    known = next((one for one in locality().sites if one.code == site), None)
    if site and known is None:
        raise UnknownPlace(errors=[FieldError("/site", N_("This site is not known: leave it out, or use its code"))])
    here = known or own_site(identity)
    chosen = area or (here.area if here else None) or min(identity.areas, default=None)
    if chosen is None or chosen not in areas(identity):
        raise UnknownPlace(errors=[FieldError("/area", N_("Choose an area of this partnership"))])
    return Place(area=chosen, site=here.code if here else None)
