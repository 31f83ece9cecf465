"""What was given and not committed is known by partition, and of partitions that are ours alone."""

from kafka import TopicPartition

from services.platform.messaging.kafka.offsets import OffsetTracker
from services.platform.messaging.log import Delivered

A, B = TopicPartition("topic", 0), TopicPartition("topic", 1)


def record(partition: TopicPartition, position: int) -> Delivered:
    return Delivered(topic=partition.topic, partition=partition.partition, position=position, key="k", value=b"")


def commits_of(tracker: OffsetTracker, *delivered: Delivered) -> dict[TopicPartition, int]:
    return {partition: offset.offset for partition, offset in tracker.commits(delivered).items()}


class TestOffsetTracker:
    def test_commit_the_record_after_the_last_that_is_done_in_each_partition(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 9)
        offsets.deliver(B, 5, 6)

        assert commits_of(offsets, record(A, 3), record(A, 2), record(B, 5)) == {A: 4, B: 6}

    def test_hold_what_was_given_beyond_what_is_done(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 9)

        offsets.committed(offsets.commits([record(A, 3)]))

        assert offsets.uncommitted() == {A: 4}

    def test_hold_nothing_once_all_is_done(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 9)

        offsets.committed(offsets.commits([record(A, 9)]))

        assert offsets.uncommitted() == {}

    def test_hold_the_first_of_what_was_given_more_than_once(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 4)
        offsets.deliver(A, 5, 9)

        assert offsets.uncommitted() == {A: 0}

    def test_forget_a_partition_that_was_taken_away_and_keep_one_that_stays(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 9)
        offsets.deliver(B, 0, 9)

        offsets.on_partitions_revoked([A, B])
        offsets.on_partitions_assigned([B])

        assert commits_of(offsets, record(A, 9), record(B, 9)) == {B: 10}
        assert offsets.uncommitted() == {B: 0}

    def test_forget_all_when_the_group_went_on_without_us(self) -> None:
        offsets = OffsetTracker("notes")
        offsets.deliver(A, 0, 9)

        offsets.on_partitions_lost([A])
        offsets.on_partitions_assigned([A])

        assert commits_of(offsets, record(A, 9)) == {}
