"""The demo of `make run`: invented questions and tickets in a fresh log, and a page that says so."""

from __future__ import annotations

import contextlib
import logging
import os
import threading

from kb.errors import KBError
from kb.library import Library

_LOG = logging.getLogger(__name__)
_FIRST = "sample-00000"
_NICE = 15


def begin(library: Library) -> None:
    """Fill a log without questions beside the running server; a log with others is left alone."""
    threading.Thread(target=_fill, args=(library,), name="sample", daemon=True).start()


def is_sample(library: Library) -> bool:
    """Whether invented questions stand in the log."""
    with contextlib.suppress(KBError):
        return bool(library.events.questions_for([_FIRST]))
    return False


def _fill(library: Library) -> None:
    from assistant.demo import load
    from assistant.gaps import find

    with contextlib.suppress(OSError, AttributeError):  # people who ask come first
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    try:
        load(library, library.today())
        find(library)
    except KBError as error:
        _LOG.info("No sample data. %s", error.message)
