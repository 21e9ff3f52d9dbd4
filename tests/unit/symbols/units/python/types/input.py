from typing import Generic, Optional, TypeVar

T = TypeVar("T")
type Pair[A] = tuple[A, A]


def pick(options: list[Option], default: Optional[Option] = None) -> "Option | None":
    first: models.Option = options[0]
    first.choose()
    default.choose()
    for one in options:
        one.choose()
    return first


def generic[K](key: K) -> dict[K, int]:
    return {key: 1}
