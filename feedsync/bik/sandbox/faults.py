"""Faults on request: what the sandbox does wrong, how often, and for which calls.

Faults are values; :class:`FaultBoard` counts them and decides which of them hit a request. Nothing here answers a
request or touches what is stored: that is :mod:`.app`'s and :mod:`.calls`' part.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable
from typing import Any, Final, Literal, get_args

import msgspec

FaultKind = Literal[
    "429",
    "500",
    "inner",
    "slow",
    "cut_before",
    "cut_after",
    "garbage",
    "poison",
    "lose",
    "unauthorized",
    "forbidden",
]

#: kind -> the options that only it has, besides ``count``, ``skip`` and ``path``
_OWN_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "429": ("retry_after",),
    "inner": ("status",),
    "slow": ("seconds",),
    "poison": ("id",),
    "lose": ("id",),
}
#: These do not decide the answer, so that the faults after them are looked at too.
_PASSING: Final = ("slow", "lose", "cut_after")


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that goes wrong; raises ValueError if its parts do not fit together.

    ======================== ==========================================================================================
    ``429``, ``500``         this status; ``429`` with ``Retry-After: retry_after`` (whole seconds) if given
    ``inner``                HTTP 200, but the envelope's ``status`` is an error: ``status``, 500 unless given, a number
                             or, as Bik also does, a string
    ``slow``                 the request waits ``seconds`` before it is looked at
    ``cut_before``           the connection is closed before anything is applied
    ``cut_after``            the request is applied, then the connection is closed without an answer
    ``garbage``              HTTP 200 with a body that is not JSON; nothing is applied
    ``poison``               a products/createOrUpdate that holds product ``id`` is refused whole, with 400
    ``lose``                 product ``id`` is acknowledged by products/createOrUpdate, but not stored
    ``unauthorized``         401
    ``forbidden``            403
    ======================== ==========================================================================================

    ``count``: how many requests it hits, None for all. ``skip``: so many requests pass first. ``path``: only requests
    whose path holds this text, such as ``products/get``.
    """

    kind: FaultKind
    count: int | None = None
    skip: int = 0
    path: str = ""
    id: str | None = None
    seconds: float | None = None
    retry_after: int | None = None
    status: int | str | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; known are {', '.join(get_args(FaultKind))}")
        own = _OWN_OPTIONS.get(self.kind, ())
        for name in ("id", "seconds", "retry_after", "status"):
            if getattr(self, name) is not None and name not in own:
                raise ValueError(f"the fault {self.kind!r} has no option {name!r}")
        if self.kind in ("poison", "lose") and not self.id:
            raise ValueError(f"the fault {self.kind!r} needs the id of a product: {self.kind}:id=SKU-1")
        if self.kind == "slow" and not (self.seconds or 0) > 0:
            raise ValueError("the fault 'slow' needs a time: slow:seconds=2.5")
        if self.count is not None and self.count < 1:
            raise ValueError(f"count must be 1 or more, not {self.count}")
        if self.skip < 0 or (self.retry_after or 0) < 0:
            raise ValueError("skip and retry_after must not be negative")
        if self.status is not None and not re.fullmatch(r"[45]\d\d", str(self.status)):
            raise ValueError(f"status must be an error's, 400 to 599, not {self.status}")


_OPTION_TYPES: Final[dict[str, type]] = {"count": int, "skip": int, "path": str, "id": str} | {
    "seconds": float,
    "retry_after": int,
    "status": int,
}


def parse_fault(text: str) -> Fault:
    """A fault from its short text: ``KIND`` or ``KIND:OPTION=VALUE,OPTION=VALUE``; raises ValueError with a hint.

    A value may hold commas (``poison:id=A,B``). In quotes, ``status`` is a string: ``inner:status="500"``.
    """
    kind, _, rest = text.partition(":")
    options: dict[str, Any] = {}
    for part in re.split(r",(?=\w+=)", rest) if rest else ():
        name, equals, value = part.partition("=")
        if not equals or name not in _OPTION_TYPES:
            known = ", ".join(f"{name}=…" for name in _OPTION_TYPES)
            raise ValueError(f"{text!r}: {part!r} is not one of the options {known}")
        quoted = name == "status" and len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        try:
            options[name] = value[1:-1] if quoted else _OPTION_TYPES[name](value)
        except ValueError:
            raise ValueError(f"{text!r}: {name} must be a number, not {value!r}") from None
    try:
        return Fault(kind, **options)  # type: ignore[arg-type]  # Fault itself checks the kind
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from None


class Strike(msgspec.Struct, frozen=True):
    """What hits one request: first a delay (seconds), then the fault that decides the answer, if any.

    If none decides, ``lost`` are the ids that are not stored, and ``cut`` says that the answer is not sent.
    """

    delay_s: float = 0.0
    decisive: Fault | None = None
    lost: frozenset[str] = frozenset()
    cut: bool = False


class _Armed:
    """A fault on the board and how many requests it met and hit."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.met = 0
        self.hits = 0

    def hit(self, path: str, put_ids: Collection[object]) -> bool:
        """Count a request; True if the fault hits it."""
        fault = self.fault
        if fault.path not in path or (fault.id is not None and fault.id not in put_ids):
            return False
        self.met += 1
        if self.met <= fault.skip or (fault.count is not None and self.hits >= fault.count):
            return False
        self.hits += 1
        return True


class FaultBoard:
    """The faults that are set, in order: the first one that decides a request's answer ends the search."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Set exactly these, counted from the start."""
        armed = [_Armed(fault) for fault in faults]
        with self._lock:
            self._armed = armed

    def add(self, fault: Fault) -> None:
        """Set one more, after the others."""
        with self._lock:
            self._armed.append(_Armed(fault))

    def counted(self) -> list[tuple[Fault, int]]:
        """The faults and how many requests each has hit."""
        with self._lock:
            return [(armed.fault, armed.hits) for armed in self._armed]

    def strike(self, path: str, put_ids: Collection[object]) -> Strike:
        """Count a request and say what hits it; ``put_ids`` are the products that it would create or update."""
        delay_s, lost, cut = 0.0, set(), False
        decisive: Fault | None = None
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if not armed.hit(path, put_ids):
                    continue
                if fault.kind not in _PASSING:
                    decisive = fault
                    break
                delay_s += fault.seconds or 0.0
                cut = cut or fault.kind == "cut_after"
                if fault.id is not None:
                    lost.add(fault.id)
        return Strike(delay_s, decisive, frozenset(lost), cut)
