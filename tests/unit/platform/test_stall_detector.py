"""The watchdog tells a partition that stands still from one that is empty, slow or new."""

from kafka import TopicPartition

from services.platform.messaging.kafka.stall_detector import StallDetector

A, B = TopicPartition("topic", 0), TopicPartition("topic", 1)


class TestTheWatchdog:
    def test_tells_of_a_partition_that_holds_records_and_does_not_move(self) -> None:
        stalls = StallDetector()
        stalls.check(0, {A: 5, B: 5}, {A: 9, B: 9})
        assert stalls.check(59, {A: 5, B: 6}, {A: 9, B: 9}).stalled == ()

        assert stalls.check(60, {A: 5, B: 6}, {A: 9, B: 9}).stalled == (A,)

    def test_lets_one_wait_its_turn_while_another_moves_but_not_for_ever(self) -> None:
        stalls = StallDetector()
        for at in range(0, 600, 15):
            assert stalls.check(at, {A: 5, B: at}, {A: 9, B: 900}).stalled == ()

        assert stalls.check(600, {A: 5, B: 600}, {A: 9, B: 900}).stalled == (A,)

    def test_says_nothing_of_one_that_was_read_to_its_end(self) -> None:
        stalls = StallDetector()
        stalls.check(0, {A: 9}, {A: 9})
        stalls.check(500, {A: 9}, {A: 9})

        assert stalls.check(505, {A: 9}, {A: 12}).stalled == ()

    def test_is_content_as_soon_as_it_moves(self) -> None:
        stalls = StallDetector()
        stalls.check(0, {A: 5}, {A: 9})
        stalls.check(60, {A: 5}, {A: 9})

        assert stalls.check(61, {A: 6}, {A: 9}).stalled == ()
        assert stalls.stalled == ()

    def test_begins_anew_with_a_partition_that_came_back(self) -> None:
        stalls = StallDetector()
        stalls.check(0, {A: 5}, {A: 9})
        stalls.check(30, {B: 5}, {B: 9})

        assert stalls.check(80, {A: 5, B: 6}, {A: 9, B: 9}).stalled == ()

    def test_tells_of_a_partition_that_has_become_shorter(self) -> None:
        stalls = StallDetector()
        stalls.check(0, {A: 5, B: 5}, {A: 9, B: 9})

        assert stalls.check(15, {A: 5, B: 5}, {A: 3, B: 10}).shorter == (A,)

    def test_counts_what_waits(self) -> None:
        stalls = StallDetector()

        stalls.check(0, {A: 5, B: 9}, {A: 9, B: 9})

        assert stalls.lags == {A: 4, B: 0}
