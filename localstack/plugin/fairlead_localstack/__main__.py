"""Starts LocalStack in this process.

Below Python 3.13 ``threading.Lock`` is a function, and one annotation of
LocalStack 4.13 (``threading.Lock | None``) fails on it at import. A class that
makes the same locks takes its place before LocalStack is imported. Below 3.12
``uuid.uuid5`` takes no bytes, which LocalStack's keys are named by.
"""

import _thread
import sys
import threading
import uuid

if sys.version_info < (3, 13):

    class Lock:
        def __new__(cls):
            return _thread.allocate_lock()

    threading.Lock = Lock

if sys.version_info < (3, 12):
    import hashlib

    uuid5 = uuid.uuid5

    def uuid5_of_bytes(namespace, name):
        if isinstance(name, str):
            return uuid5(namespace, name)
        return uuid.UUID(bytes=hashlib.sha1(namespace.bytes + name).digest()[:16], version=5)

    uuid.uuid5 = uuid5_of_bytes

from localstack.runtime.main import main  # noqa: E402

if __name__ == "__main__":
    main()
