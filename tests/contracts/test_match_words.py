"""What intake says that two referrals agree or differ in, casework has a word for."""

from services.casework.entrypoints import review_labels
from services.intake.domain.known import Identifier
from services.intake.domain.matching import AGE, DATE_OF_BIRTH_SIMILAR, NAME_SIMILAR


def test_casework_names_each_thing_that_intake_compares() -> None:
    compared = {*(identifier.value for identifier in Identifier), AGE, NAME_SIMILAR, DATE_OF_BIRTH_SIMILAR}

    assert compared == set(review_labels._AGREEING)
