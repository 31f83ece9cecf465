"""What the referrer changed from one version to the next."""

from datetime import UTC, datetime

from services.casework.domain.referral_changes import FieldChange, Part, PartVersion, changes_between

AT = {version: datetime(2026, 11, 20, version, tzinfo=UTC) for version in (1, 2, 3)}


def facts(version: int, **values: object) -> PartVersion:
    return PartVersion(part=Part.FACTS, version=version, values=values)


class TestChanges:
    def test_name_each_field_with_its_old_and_new_value(self) -> None:
        found = changes_between([facts(2, injury="none", weapon=True), facts(1, injury="minor")], AT)

        assert [(change.version, change.stated_at) for change in found] == [(2, AT[2])]
        assert list(found[0].changed) == [
            FieldChange(part=Part.FACTS, field="injury", old="minor", new="none"),
            FieldChange(part=Part.FACTS, field="weapon", old=None, new=True),
        ]

    def test_name_what_was_taken_away(self) -> None:
        found = changes_between([facts(1, strengths=["trusted_adult"]), facts(2)], AT)

        assert found[0].changed == [FieldChange(part=Part.FACTS, field="strengths", old=["trusted_adult"], new=None)]

    def test_are_the_same_in_whatever_order_the_versions_came(self) -> None:
        versions = [facts(version, age=14 + version) for version in (1, 2, 3)]

        assert changes_between(versions, AT) == changes_between(reversed(versions), AT)

    def test_stand_newest_first_and_only_those_after_the_decision(self) -> None:
        versions = [facts(version, age=14 + version) for version in (1, 2, 3)]

        assert [change.version for change in changes_between(versions, AT)] == [3, 2]
        assert [change.version for change in changes_between(versions, AT, after=2)] == [3]

    def test_leave_out_what_says_the_same_in_another_way(self) -> None:
        same = [
            facts(1, area="northside", signs=None, ways=["text", "home"]),
            facts(2, area="northside", signs=[], ways=["home", "text"]),
        ]

        assert changes_between(same, AT) == []

    def test_have_no_time_until_the_facts_of_their_version_have_arrived(self) -> None:
        early = [PartVersion(part=Part.NARRATIVE, version=v, values={"concern": str(v)}) for v in (1, 2)]

        assert changes_between(early, {1: AT[1]})[0].stated_at is None
