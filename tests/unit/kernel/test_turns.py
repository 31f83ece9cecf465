"""Turns: nobody slips in before one who has waited longer, and nobody waits for ever."""

import threading

from services.kernel.db.turns import Turns
from tests.waiting import wait_until

LONG = 20.0


class TestATurn:
    def test_is_had_at_once_when_nobody_has_it(self) -> None:
        assert Turns().take(within=0)

    def test_does_not_come_while_another_has_it(self) -> None:
        turns = Turns()
        turns.take(within=0)

        assert not turns.take(within=0.001)

    def test_comes_again_after_somebody_gave_up_waiting(self) -> None:
        turns = Turns()
        turns.take(within=0)
        turns.take(within=0.001)

        turns.give()

        assert turns.take(within=0)

    def test_goes_to_who_waits_and_not_to_who_comes_at_that_moment(self) -> None:
        turns = Turns()
        turns.take(within=0)
        waiting = threading.Thread(target=turns.take, kwargs={"within": LONG})
        waiting.start()
        wait_until(lambda: turns.waiting == 1)

        turns.give()

        assert not turns.take(within=0)
        waiting.join()

    def test_comes_in_the_order_of_asking(self) -> None:
        turns = Turns()
        order: list[int] = []
        turns.take(within=0)
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=_note, args=(turns, order, number)))
            threads[-1].start()
            wait_until(lambda asked=number + 1: turns.waiting == asked)  # type: ignore[misc]

        turns.give()
        for thread in threads:
            thread.join()

        assert order == [0, 1, 2, 3, 4]

    def test_is_never_had_by_two(self) -> None:
        turns, inside, most = Turns(), [], []

        def work() -> None:
            for _ in range(200):
                assert turns.take(within=LONG)
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                turns.give()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (max(most), len(most)) == (1, 1200)


def _note(turns: Turns, order: list[int], number: int) -> None:
    turns.take(within=LONG)
    order.append(number)
    turns.give()
