"""FairLock: nobody slips in before one who has waited longer, and nobody waits for ever."""

import threading

from services.platform.db.fair_lock import FairLock
from tests.waiting import wait_until

LONG = 20.0


class TestATurn:
    def test_is_had_at_once_when_nobody_has_it(self) -> None:
        assert FairLock().acquire(within=0)

    def test_does_not_come_while_another_has_it(self) -> None:
        lock = FairLock()
        lock.acquire(within=0)

        assert not lock.acquire(within=0.001)

    def test_comes_again_after_somebody_gave_up_waiting(self) -> None:
        lock = FairLock()
        lock.acquire(within=0)
        lock.acquire(within=0.001)

        lock.release()

        assert lock.acquire(within=0)

    def test_goes_to_who_waits_and_not_to_who_comes_at_that_moment(self) -> None:
        lock = FairLock()
        lock.acquire(within=0)
        waiting = threading.Thread(target=lock.acquire, kwargs={"within": LONG})
        waiting.start()
        wait_until(lambda: lock.waiting == 1)

        lock.release()

        assert not lock.acquire(within=0)
        waiting.join()

    def test_comes_in_the_order_of_asking(self) -> None:
        lock = FairLock()
        order: list[int] = []
        lock.acquire(within=0)
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=_note, args=(lock, order, number)))
            threads[-1].start()
            wait_until(lambda asked=number + 1: lock.waiting == asked)  # type: ignore[misc]

        lock.release()
        for thread in threads:
            thread.join()

        assert order == [0, 1, 2, 3, 4]

    def test_is_never_had_by_two(self) -> None:
        lock, inside, maximum = FairLock(), [], []

        def work() -> None:
            for _ in range(200):
                assert lock.acquire(within=LONG)
                inside.append(1)
                maximum.append(len(inside))
                inside.pop()
                lock.release()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (max(maximum), len(maximum)) == (1, 1200)


def _note(lock: FairLock, order: list[int], number: int) -> None:
    lock.acquire(within=LONG)
    order.append(number)
    lock.release()
