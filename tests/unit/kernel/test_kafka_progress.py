"""The watchdog tells a partition that stands still from one that is empty, slow or new."""

from kafka import TopicPartition

from services.kernel.bus.kafka.progress import Progress

A, B = TopicPartition("topic", 0), TopicPartition("topic", 1)


class TestTheWatchdog:
    def test_tells_of_a_partition_that_holds_records_and_does_not_move(self) -> None:
        progress = Progress()
        progress.look(0, {A: 5, B: 5}, {A: 9, B: 9})
        assert progress.look(59, {A: 5, B: 6}, {A: 9, B: 9}).standing == ()

        assert progress.look(60, {A: 5, B: 6}, {A: 9, B: 9}).standing == (A,)

    def test_lets_one_wait_its_turn_while_another_moves_but_not_for_ever(self) -> None:
        progress = Progress()
        for at in range(0, 600, 15):
            assert progress.look(at, {A: 5, B: at}, {A: 9, B: 900}).standing == ()

        assert progress.look(600, {A: 5, B: 600}, {A: 9, B: 900}).standing == (A,)

    def test_says_nothing_of_one_that_was_read_to_its_end(self) -> None:
        progress = Progress()
        progress.look(0, {A: 9}, {A: 9})
        progress.look(500, {A: 9}, {A: 9})

        assert progress.look(505, {A: 9}, {A: 12}).standing == ()

    def test_is_content_as_soon_as_it_moves(self) -> None:
        progress = Progress()
        progress.look(0, {A: 5}, {A: 9})
        progress.look(60, {A: 5}, {A: 9})

        assert progress.look(61, {A: 6}, {A: 9}).standing == ()
        assert progress.standing == ()

    def test_begins_anew_with_a_partition_that_came_back(self) -> None:
        progress = Progress()
        progress.look(0, {A: 5}, {A: 9})
        progress.look(30, {B: 5}, {B: 9})

        assert progress.look(80, {A: 5, B: 6}, {A: 9, B: 9}).standing == ()

    def test_tells_of_a_partition_that_has_become_shorter(self) -> None:
        progress = Progress()
        progress.look(0, {A: 5, B: 5}, {A: 9, B: 9})

        assert progress.look(15, {A: 5, B: 5}, {A: 3, B: 10}).shorter == (A,)

    def test_counts_what_waits(self) -> None:
        progress = Progress()

        progress.look(0, {A: 5, B: 9}, {A: 9, B: 9})

        assert progress.lags == {A: 4, B: 0}
