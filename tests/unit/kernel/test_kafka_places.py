"""What was given and not committed is known by partition, and of partitions that are ours alone."""

from kafka import TopicPartition

from services.kernel.bus.kafka.places import Places
from services.kernel.bus.log import Delivered

A, B = TopicPartition("topic", 0), TopicPartition("topic", 1)


def record(partition: TopicPartition, position: int) -> Delivered:
    return Delivered(topic=partition.topic, partition=partition.partition, position=position, key="k", value=b"")


def offsets(places: Places, *delivered: Delivered) -> dict[TopicPartition, int]:
    return {partition: offset.offset for partition, offset in places.commits(delivered).items()}


class TestPlaces:
    def test_commit_the_record_after_the_last_that_is_done_in_each_partition(self) -> None:
        places = Places("notes")
        places.give(A, 0, 9)
        places.give(B, 5, 6)

        assert offsets(places, record(A, 3), record(A, 2), record(B, 5)) == {A: 4, B: 6}

    def test_hold_what_was_given_beyond_what_is_done(self) -> None:
        places = Places("notes")
        places.give(A, 0, 9)

        places.committed(places.commits([record(A, 3)]))

        assert places.uncommitted() == {A: 4}

    def test_hold_nothing_once_all_is_done(self) -> None:
        places = Places("notes")
        places.give(A, 0, 9)

        places.committed(places.commits([record(A, 9)]))

        assert places.uncommitted() == {}

    def test_hold_the_first_of_what_was_given_more_than_once(self) -> None:
        places = Places("notes")
        places.give(A, 0, 4)
        places.give(A, 5, 9)

        assert places.uncommitted() == {A: 0}

    def test_forget_a_partition_that_was_taken_away_and_keep_one_that_stays(self) -> None:
        places = Places("notes")
        places.give(A, 0, 9)
        places.give(B, 0, 9)

        places.on_partitions_revoked([A, B])
        places.on_partitions_assigned([B])

        assert offsets(places, record(A, 9), record(B, 9)) == {B: 10}
        assert places.uncommitted() == {B: 0}

    def test_forget_all_when_the_group_went_on_without_us(self) -> None:
        places = Places("notes")
        places.give(A, 0, 9)

        places.on_partitions_lost([A])
        places.on_partitions_assigned([A])

        assert offsets(places, record(A, 9)) == {}
