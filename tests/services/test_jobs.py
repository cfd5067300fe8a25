"""Jobs: everything a function says arrives once, in order, on the GUI thread, and no failure is lost."""

import gc
import threading
import time
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QThread, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.errors import UserError
from desktop_app.services.jobs import MOST_ITEMS, Job, JobContext, JobRunner, Progress


class Heard:
    """Collects what a job says, in order."""

    def __init__(self, job: Job) -> None:
        self.said: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        self.batches: list[list[object]] = []
        job.finished.connect(lambda result: self._note("finished", result))
        job.failed.connect(lambda text: self._note("failed", text))
        job.cancelled.connect(lambda: self._note("cancelled", None))
        job.done.connect(lambda: self._note("done", None))
        job.item.connect(lambda item: self._note("item", item))
        job.progressed.connect(lambda progress: self._note("progressed", progress))
        job.items.connect(self.batches.append)

    def _note(self, kind: str, value: object) -> None:
        self.said.append((kind, value))
        self.threads.add(QThread.currentThread())

    def of(self, kind: str) -> list[object]:
        return [value for said, value in self.said if said == kind]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.said]


def test_a_result_and_every_item_arrive_in_order_on_the_gui_thread(runner: JobRunner, qtbot: QtBot) -> None:
    def count(context: JobContext, up_to: int) -> int:
        for number in range(up_to):
            context.emit(number)
        return up_to

    job = runner.start(count, 1000)
    heard = Heard(job)
    with qtbot.waitSignal(job.done):
        pass
    assert heard.of("item") == list(range(1000))
    assert heard.kinds[-2:] == ["finished", "done"]
    assert heard.of("finished") == [1000]
    assert heard.threads == {QThread.currentThread()}


def test_a_job_that_fails_at_once_is_heard_by_a_caller_that_connects_afterwards(
    runner: JobRunner, qtbot: QtBot
) -> None:
    def fail(context: JobContext) -> None:
        raise UserError("The disk is full; free some space.")

    job = runner.start(fail)
    time.sleep(0.05)
    heard = Heard(job)
    with qtbot.waitSignal(job.done):
        pass
    assert heard.said == [("failed", "The disk is full; free some space."), ("done", None)]


@pytest.mark.expects_log_warnings
@pytest.mark.parametrize("kind", [RuntimeError, SystemExit, KeyboardInterrupt, MemoryError, StopIteration])
def test_a_bug_of_any_kind_is_told_and_logged_with_its_traceback(
    runner: JobRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    def break_down(context: JobContext) -> None:
        raise kind("shapes do not fit")

    job = runner.start(break_down)
    heard = Heard(job)
    with qtbot.waitSignal(job.done):
        pass
    (text,) = heard.of("failed")
    assert "inside Earmark" in str(text) and kind.__name__ in str(text)
    assert "Traceback" in caplog.text and "shapes do not fit" in caplog.text


def test_a_hundred_thousand_items_come_in_few_batches(runner: JobRunner, qtbot: QtBot) -> None:
    def flood(context: JobContext) -> None:
        for number in range(100_000):
            context.emit(number)

    job = runner.start(flood)
    batches: list[list[object]] = []
    job.items.connect(batches.append)
    started_s = time.monotonic()
    with qtbot.waitSignal(job.done, timeout=20_000):
        pass
    assert sum(map(len, batches)) == 100_000
    assert len(batches) <= 20 * (time.monotonic() - started_s) + 100_000 / MOST_ITEMS + 3
    assert max(map(len, batches)) <= MOST_ITEMS


def test_the_window_stays_fluid_while_thousands_of_items_are_taken(runner: JobRunner, qtbot: QtBot) -> None:
    def flood(context: JobContext) -> None:
        for number in range(20_000):
            context.emit(number)

    job = runner.start(flood)
    turns: list[int] = []
    taken: list[object] = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(len(taken)))
    timer.start(0)
    job.items.connect(taken.extend)
    time.sleep(0.05)
    with qtbot.waitSignal(job.done):
        pass
    timer.stop()
    assert len(set(turns)) >= 20_000 // MOST_ITEMS - 1
    assert runner.active == ()


def test_after_cancel_nothing_but_the_end_is_delivered(runner: JobRunner, qtbot: QtBot) -> None:
    going = threading.Event()

    def stubborn(context: JobContext) -> str:
        context.emit("early")
        going.set()
        while not context.cancelled:
            time.sleep(0.001)
        context.emit("late")
        context.report(1, 1)
        return "stale"

    job = runner.start(stubborn)
    heard = Heard(job)
    qtbot.waitUntil(going.is_set)
    job.cancel()
    with qtbot.waitSignal(job.done):
        pass
    assert heard.kinds in (["cancelled", "done"], ["item", "cancelled", "done"])
    assert "late" not in heard.of("item")


def test_cancel_stops_a_function_at_its_checkpoint(runner: JobRunner, qtbot: QtBot) -> None:
    ran_on = []

    def endless(context: JobContext) -> None:
        while True:
            context.checkpoint()
            time.sleep(0.001)
            ran_on.append(1)

    job = runner.start(endless)
    qtbot.waitUntil(lambda: len(ran_on) > 3)
    job.cancel()
    with qtbot.waitSignal(job.cancelled):
        pass
    count = len(ran_on)
    qtbot.wait(20)
    assert len(ran_on) == count


def test_a_job_that_waits_for_a_thread_is_cancelled_at_once_and_never_runs(runner: JobRunner, qtbot: QtBot) -> None:
    release = threading.Event()
    ran = []
    blockers = [runner.start(lambda context: release.wait(5), lane="drawing") for _ in range(2)]
    queued = runner.start(lambda context: ran.append(1), lane="drawing")
    qtbot.wait(30)
    with qtbot.waitSignal(queued.cancelled, timeout=1000):
        queued.cancel()
    release.set()
    for job in blockers:
        qtbot.waitUntil(lambda job=job: job.is_done)
    assert ran == []


def test_pause_holds_the_function_and_resume_lets_it_go_on(runner: JobRunner, qtbot: QtBot) -> None:
    steps: list[int] = []

    def walk(context: JobContext) -> None:
        for number in range(60):
            context.checkpoint()
            steps.append(number)
            time.sleep(0.002)

    job = runner.start(walk)
    qtbot.waitUntil(lambda: len(steps) > 5)
    job.pause()
    assert job.is_paused
    qtbot.wait(20)
    held = len(steps)
    qtbot.wait(60)
    assert len(steps) == held < 60
    job.resume()
    with qtbot.waitSignal(job.finished):
        pass
    assert steps == list(range(60))


def test_a_paused_job_can_be_cancelled(runner: JobRunner, qtbot: QtBot) -> None:
    job = runner.start(lambda context: [context.checkpoint() or time.sleep(0.001) for _ in range(10_000)])
    qtbot.wait(10)
    job.pause()
    with qtbot.waitSignal(job.cancelled):
        job.cancel()


def test_of_jobs_under_one_name_only_the_newest_delivers(runner: JobRunner, qtbot: QtBot) -> None:
    delivered: list[object] = []

    def draw(context: JobContext, number: int) -> int:
        time.sleep(0.01)
        return number

    for number in range(10):
        job = runner.start(draw, number, lane="drawing", newest="waveform tile")
        job.finished.connect(delivered.append)
    other = runner.start(draw, 99, lane="drawing", newest="spectrogram tile")
    other.finished.connect(delivered.append)
    qtbot.waitUntil(lambda: not runner.active)
    assert sorted(map(str, delivered)) == ["9", "99"]


def test_drawing_does_not_wait_for_long_jobs(runner: JobRunner, qtbot: QtBot) -> None:
    release = threading.Event()
    for _ in range(8):
        runner.start(lambda context: release.wait(5))
    drawn = runner.start(lambda context: "tile", lane="drawing")
    with qtbot.waitSignal(drawn.finished, timeout=2000):
        pass
    release.set()
    qtbot.waitUntil(lambda: not runner.active)


def test_progress_tells_rate_and_time_left(runner: JobRunner, qtbot: QtBot) -> None:
    def work(context: JobContext) -> None:
        for number in range(41):
            context.report(number, 400, "Reading")
            time.sleep(0.01)

    job = runner.start(work)
    heard = Heard(job)
    with qtbot.waitSignal(job.done):
        pass
    last = heard.of("progressed")[-1]
    assert isinstance(last, Progress)
    assert (last.done, last.total, last.text) == (40, 400, "Reading")
    assert last.fraction == pytest.approx(0.1)
    assert 20 < last.rate <= 101
    assert last.seconds_left == pytest.approx(360 / last.rate)


def test_the_runner_tells_of_jobs_that_start_and_end(runner: JobRunner, qtbot: QtBot) -> None:
    told: list[tuple[str, str]] = []
    runner.started.connect(lambda job: told.append(("started", job.title)))
    runner.ended.connect(lambda job: told.append(("ended", job.title)))
    job = runner.start(lambda context: None, title="Listing the folder")
    assert runner.active == (job,)
    qtbot.waitUntil(lambda: not runner.active)
    assert told == [("started", "Listing the folder"), ("ended", "Listing the folder")]


def test_closing_ends_every_thread_and_delivers_nothing_more(qtbot: QtBot) -> None:
    def endless(context: JobContext) -> None:
        while True:
            context.checkpoint()
            time.sleep(0.001)

    before = threading.active_count()
    runner = JobRunner()
    jobs = [runner.start(endless) for _ in range(6)]
    heard = [Heard(job) for job in jobs]
    qtbot.waitUntil(lambda: threading.active_count() > before)
    assert runner.close()
    qtbot.wait(20)
    assert threading.active_count() == before
    assert all(one.said == [] for one in heard)
    with pytest.raises(RuntimeError):
        runner.start(endless)


def test_closing_gives_up_on_a_thread_that_hangs(qtbot: QtBot) -> None:
    release = threading.Event()
    runner = JobRunner()
    runner.start(lambda context: release.wait(10))
    qtbot.wait(20)
    assert not runner.close(timeout_s=0.1)
    release.set()


def test_a_job_that_is_over_is_let_go_with_its_result_although_its_listeners_hold_it(
    runner: JobRunner, qtbot: QtBot
) -> None:
    class Result:
        """Something large."""

    held: set[Job] = set()

    def begin() -> tuple[weakref.ref[Job], list[weakref.ref[Result]]]:
        results: list[weakref.ref[Result]] = []
        job = runner.start(lambda _: Result())
        held.add(job)
        job.finished.connect(lambda result: results.append(weakref.ref(result)))
        job.done.connect(lambda: held.discard(job))
        return weakref.ref(job), results

    job, results = begin()
    qtbot.waitUntil(lambda: bool(results) and not held)
    QCoreApplication.processEvents()
    gc.collect()
    qtbot.waitUntil(lambda: job() is None and results[0]() is None)
