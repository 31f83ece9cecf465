"""Use case: record ethnicity, sex and disability as the young person states them, separately from the case."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork, Publisher
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import NothingAnswered
from services.contracts.casework import EqualityRecordedV1
from services.contracts.codes import Disability, Ethnicity, Sex


@dataclass(frozen=True, kw_only=True)
class RecordCaseEquality:
    """None means "not asked yet". A later record replaces an earlier one."""

    case_id: UUID
    reader: CaseReader
    ethnicity: Ethnicity | None
    sex: Sex | None
    disability: Disability | None


def record_case_equality(command: RecordCaseEquality, uow: CaseUnitOfWork) -> UUID:
    """Does not change the case, its version or its chronology, which must not show that the questions were asked."""
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.must_be_in_contact()
    if command.ethnicity is None and command.sex is None and command.disability is None:
        raise NothingAnswered
    equality = CaseEquality(
        case_id=case.id,
        person_id=case.person_id,
        referral_id=case.referral_id,
        version=uow.case_equality.version(case.id) + 1,
        ethnicity=command.ethnicity,
        sex=command.sex,
        disability=command.disability,
        recorded_by=command.reader.staff_id,
        recorded_at=uow.at,
    )
    uow.case_equality.add(equality)
    publish_equality(equality, uow)
    uow.audit("case.equality_recorded", subject_type="case", subject_id=case.id)
    return case.id


def publish_equality(equality: CaseEquality, publisher: Publisher) -> None:
    publisher.publish(
        EqualityRecordedV1,
        {
            "person_id": equality.person_id,
            "referral_id": equality.referral_id,
            "case_id": equality.case_id,
            "version": equality.version,
            "ethnicity": equality.ethnicity,
            "sex": equality.sex,
            "disability": equality.disability,
            "recorded_at": equality.recorded_at,
        },
    )
