"""The suite as a whole."""

from __future__ import annotations

from feedsync.testing.damage import Damage
from feedsync.testing.limits import Boundedness
from feedsync.testing.recognition import Recognition
from feedsync.testing.splitting import Splitting


class AdapterConformance(Recognition, Splitting, Damage, Boundedness):
    """What every adapter must hold, as tests: inherit it in a class ``Test…``, and set what :class:`Suite` asks for.

    Everything is made from the class' own documents by rules, or by a generator with a fixed seed: a failure comes back.
    """
