"""Packs orders: takes their numbers from a list in Redis, and marks them there."""

import os
import signal
import socket
import sys
import time


def redis(*command: str) -> bytes:
    """Redis' own protocol, as much of it as this example needs. A real service takes a client from PyPI."""
    parts = b"".join(b"$%d\r\n%s\r\n" % (len(part.encode()), part.encode()) for part in command)
    with socket.create_connection((os.environ.get("REDIS_HOST", "redis"), 6379), timeout=30) as connection:
        connection.sendall(b"*%d\r\n%s" % (len(command), parts))
        return connection.recv(65536)


def work() -> None:
    print("worker waits for orders")
    while True:
        try:
            answer = redis("BLPOP", "orders", "5").split(b"\r\n")
            if len(answer) > 4:
                order = answer[4].decode()
                redis("HSET", "packed", order, str(time.time()))
                print(f"packed order {order}")
        except OSError as error:
            print(f"Redis does not answer: {error}", file=sys.stderr)
            time.sleep(1)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
work()
