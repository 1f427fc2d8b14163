"""A run of the bench: what is started for it, in a directory of its own, and ends with it."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Self


class Run:
    """Something that is started on entering the `with` block. None of it outlives the block."""

    def __init__(self) -> None:
        self._undo = ExitStack()
        self.directory = Path(self._undo.enter_context(tempfile.TemporaryDirectory(prefix="rtp-bench-")))

    def _start(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()
