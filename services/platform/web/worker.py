"""gunicorn's threaded worker, changed to end as soon as open requests are answered."""

from socket import socket

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """On shutdown, gunicorn itself keeps idle connections and the listening socket open for 20 seconds.

    A proxy always has idle connections, so new requests would wait for the ending process and then be cut off. Closed
    immediately, they go to the next process.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            self._take_who_waits_and_close()
            self._close_what_is_idle()

    def _take_who_waits_and_close(self) -> None:
        for listener in self.sockets:
            while self._took_one(listener):
                pass
            listener.close()

    def _took_one(self, listener: socket) -> bool:
        before = self.nr_conns
        self.accept(listener)
        return bool(self.nr_conns > before)

    def _close_what_is_idle(self) -> None:
        for idle in self.keepalived_conns:
            idle.timeout = 0
        self.murder_keepalived()
