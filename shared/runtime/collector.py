"""Python's garbage collector, for processes that keep many objects and make few cycles."""

import gc

_YOUNG, _MIDDLE, _OLD = 100_000, 20, 50


def collect_seldom() -> None:
    """Call it once all is opened: what is there then stays, and what comes later is looked at rarely.

    By the interpreter's defaults the collector looks at every module, schema and waiting object again and again: a
    fifth to a quarter of the time of a processor, a projector and an API, whose objects hardly ever form cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
