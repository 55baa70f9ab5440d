"""A lane's threads: none is lost or lent twice when who asked is cancelled, at whatever moment."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from licence_qr.front.lanes import Lane, LaneSize

ONE_THREAD = LaneSize(threads=1, waiting=8)


async def never() -> None:
    """Who asked stays."""
    await asyncio.Event().wait()


def test_a_thread_that_still_works_for_somebody_who_was_cancelled_is_counted_until_it_is_free() -> None:
    began, may_end = threading.Event(), threading.Event()

    def long() -> None:
        began.set()
        may_end.wait()

    async def cancelled() -> list[bool]:
        lane = Lane("first", LaneSize(threads=1, waiting=8, longest=0.0))
        asked = asyncio.create_task(lane.run(long, "one", never))
        await asyncio.to_thread(began.wait)
        asked.cancel()
        with suppress(asyncio.CancelledError):
            await asked
        hung = [lane.hung()]
        may_end.set()
        await lane.run(lambda: None, "other", never)
        return [*hung, lane.hung()]

    assert asyncio.run(cancelled()) == [True, False]


def test_who_is_cancelled_in_the_moment_of_the_turn_leaves_it_to_the_next() -> None:
    async def turns() -> list[int]:
        lane, done = Lane("second", ONE_THREAD), list[int]()
        for number in range(50):
            may_end, began = threading.Event(), threading.Event()

            def work(may_end: threading.Event = may_end, began: threading.Event = began) -> None:
                began.set()
                may_end.wait()

            holding = asyncio.create_task(lane.run(work, "one", never))
            await asyncio.to_thread(began.wait)
            waiting = asyncio.create_task(lane.run(lambda: None, "other", never))
            await asyncio.sleep(0)
            may_end.set()
            while not holding.done():
                await asyncio.sleep(0)
            for _ in range(number % 5):  # a few steps of the loop further each time
                await asyncio.sleep(0)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            await asyncio.wait_for(lane.run(lambda n=number: done.append(n), "third", never), 30)
        return done

    assert asyncio.run(turns()) == list(range(50))
