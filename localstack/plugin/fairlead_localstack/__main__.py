"""Starts LocalStack in this process.

Below Python 3.13 ``threading.Lock`` is a function, and one annotation of
LocalStack 4.13 (``threading.Lock | None``) fails on it at import. A class that
makes the same locks takes its place before LocalStack is imported.
"""

import _thread
import sys
import threading

if sys.version_info < (3, 13):

    class Lock:
        def __new__(cls):
            return _thread.allocate_lock()

    threading.Lock = Lock

from localstack.runtime.main import main  # noqa: E402

if __name__ == "__main__":
    main()
