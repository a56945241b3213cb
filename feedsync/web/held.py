"""What is held, with what would happen, and a person's yes or no to it: per gate or per product.

A form carries the fingerprint of what it showed. When that is not what is held any more, nothing is done and the page asks
again: before the work begins, for an answer at once, and once more under the schedule's lock, where it counts.
"""

from __future__ import annotations

from itertools import groupby

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feedsync.alerts import check_alerts
from feedsync.consent import HeldList, decide, held
from feedsync.progress import Progress
from feedsync.report.labels import UNKNOWN, Label, labels_of
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.consent import Word
from feedsync.sync import snapshot_path
from feedsync.web.guard import form, may_change
from feedsync.web.jobs import Kind
from feedsync.web.rendering import page
from feedsync.web.site import Site

#: How many held changes of one gate are listed; a decision about all of them is about those that are not, too.
LISTED = 1000
_NAME_LENGTH = 80
#: What a person wants to know of a gate before deciding (design, section 5).
WHY = {
    "degraded": "The feed was not whole, so nobody can tell what is gone. It cannot be approved: mend the feed.",
    "empty": "A feed that had items has none.",
    "identity": "Most products came under ids that were never seen. Has the feed changed how it makes ids?",
    "invalid": "So many items are invalid that those which are missing may only be broken.",
    "removals": "More products would go than a day usually takes.",
    "currency": "The currency of the price is another one.",
    "zero_price": "The price would be 0.",
    "price": "More prices moved far than a day usually moves.",
    "stock_out": "More products would go out of stock than a day usually takes.",
}
WORDS: dict[str, Word] = {"approve": "approved", "reject": "rejected"}


class HeldPages:
    """The page of what is held, and its form."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def show(self, request: Request) -> Response:
        """What is held now."""
        return self._show(request, self._site.known(request))

    async def decide(self, request: Request) -> Response:
        """Approve or reject what the form says, if it is what was shown."""
        fields = await form(request)
        may_change(request)
        return await run_in_threadpool(self._decide, request, fields)

    def _show(self, request: Request, name: str, status: int = 200, **notices: bool) -> Response:
        found = self._held(name)
        gates = [(gate, list(group)) for gate, group in groupby(found.held, key=lambda one: one.gate)]
        known = self._labels(name, [one.subject for _, rows in gates for one in rows[:LISTED]])
        listed = [
            (gate, [(one, known.get(one.subject, UNKNOWN)) for one in rows[:LISTED]], len(rows)) for gate, rows in gates
        ]
        told = {"moved": False, "unchosen": False, **notices}
        return page(
            request, "held.html", status, name=name, gates=listed, fingerprint=found.fingerprint, why=WHY, **told
        )

    def _decide(self, request: Request, fields: dict[str, list[str]]) -> Response:
        name = self._site.known(request)
        schedule = self._site.load(name)
        verb, _, scope = _one(fields, "do").partition("-")
        gate, expected = _one(fields, "gate"), _one(fields, "expected")
        ids = frozenset(fields.get("id", [])) if scope == "chosen" else frozenset()
        if verb not in WORDS or scope not in ("all", "chosen") or not gate:
            raise HTTPException(400, "The form does not say what to do.")
        if scope == "chosen" and not ids:
            return self._show(request, name, 400, unchosen=True)
        if self._held(name).fingerprint != expected:
            return self._show(request, name, 409, moved=True)
        who = " ".join(_one(fields, "who").split())[:_NAME_LENGTH]
        return self._start(schedule, WORDS[verb], f"{who} (web)" if who else "web", gate, ids, expected)

    def _start(
        self, schedule: Schedule, word: Word, who: str, gate: str, ids: frozenset[str], expected: str
    ) -> Response:
        kind: Kind = "approval" if word == "approved" else "rejection"

        def work(told: Progress) -> RunSummary:
            summary = decide(
                schedule, self._site.state, word, who=who, gates=frozenset({gate}), ids=ids, expected=expected,
                progress=told,
            )  # fmt: skip
            check_alerts(schedule, self._site.state)
            return summary

        job = self._site.jobs.start_alone(schedule.name, kind, work)
        if job is None:
            raise HTTPException(
                409, f"A run of {schedule.name} is under way. Nothing was decided; do it when that has ended."
            )
        return RedirectResponse(f"/jobs/{job.number}", 303)

    def _held(self, name: str) -> HeldList:
        if not snapshot_path(self._site.state, name).exists():
            return HeldList([], "")
        return held(self._site.state, name)

    def _labels(self, name: str, product_ids: list[str]) -> dict[str, Label]:
        if not product_ids:
            return {}
        with self._site.open(name) as store:
            return labels_of(store, product_ids)


def _one(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]
