#!/usr/bin/env python3
# A program.
"""What the module is for."""

import functools

LIMIT = 10
cache: dict[str, int] = {}
_names = []
first, second = 1, 2


# Adds one.
def add_one(x, *rest, step=1, **options):
    """Adds a step.

    At length.
    """
    total = x + step
    total += LIMIT
    return helper(total, *rest)


@functools.lru_cache(maxsize=None)
async def fetch(url: str, retries: "int" = 3) -> Response:
    for attempt in range(retries):
        try:
            return await client.get(url, timeout=LIMIT)
        except (IOError, net.Error) as problem:
            log(problem)
    return Response(status=500)


def outer():
    def inner(value):
        return value + captured
    captured = 1
    run = lambda a, b=2: a + b + unknown
    return inner(run(1))


def test_add_one():
    assert add_one(1) == 2


if LIMIT > 5:
    def conditional(): pass
