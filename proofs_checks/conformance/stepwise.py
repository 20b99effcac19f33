"""A check in one setting that goes no further than it is asked to: for tests, of which each is one law."""

from __future__ import annotations

from threading import Condition, Thread

from .results.events import Event, Judged, Judging
from .results.report import LawResult
from .setting import Task, check_setting

__all__ = ["Stepwise"]


_PARTING = 2.0  # seconds beyond its time limit for the call that is under way; a thread that hangs is left behind


class _Stop(BaseException):
    """Ends a check from inside; not an `Exception`, so that nothing on the way takes it for a fault."""


class Stepwise:
    """Check one setting, and wait after each law until the result of another is asked for.

    The check runs in a thread, but never at the same time as whoever asks: one of the two waits for the other.

    Parameters
    ----------
    task : Task

    Examples
    --------
    >>> from .ask import Ask
    >>> from .checker import plan
    >>> chosen = plan(Ask(lambda z, alpha: z, (1.5,), ("float64",), arrays="numpy", laws=("ties", "values")))
    >>> search = Stepwise(chosen.tasks[0])
    >>> search.result("values").status  # and of 'ties' nothing was searched that comes after it
    'fail'
    >>> search.close()
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._results: dict[str, LawResult] = {}
        self._wanted = ""
        self._running = self._ended = self._closing = False
        self._error: BaseException | None = None
        self._state = Condition()
        self._thread: Thread | None = None

    def result(self, law: str) -> LawResult | None:
        """Go on until a law is checked; None if the check ends without.

        Raises
        ------
        ValueError
            If the target cannot be checked at all.
        """
        with self._state:
            if self._thread is None:
                self._thread = Thread(target=self._check, name=f"entmax-oracle: {self.task.subject.name}", daemon=True)
                self._thread.start()
            self._wanted = law
            self._state.notify_all()
            self._state.wait_for(lambda: self._ended or (law in self._results and not self._running))
            if self._error is not None:
                raise self._error
            return self._results.get(law)

    def close(self) -> None:
        """End the check, finished or not, and release the target."""
        with self._state:
            self._closing = True
            self._state.notify_all()
        if self._thread is not None:
            self._thread.join(self.task.subject.timeout + _PARTING)

    def _check(self) -> None:
        error: BaseException | None = None
        try:
            self._pause()
            check_setting(self.task, self._tell)
        except _Stop:
            pass
        except BaseException as raised:
            error = raised
        with self._state:
            self._error, self._ended, self._running = error, True, False
            self._state.notify_all()

    def _tell(self, event: Event) -> None:
        if self._closing:
            raise _Stop
        if isinstance(event, Judged):
            self._results[event.result.law] = event.result
        if isinstance(event, Judged | Judging):
            self._pause()

    def _pause(self) -> None:
        """Wait while nothing is wanted that is not known."""
        with self._state:
            self._running = False
            self._state.notify_all()
            self._state.wait_for(lambda: self._closing or self._wanted not in self._results)
            if self._closing:
                raise _Stop
            self._running = True
