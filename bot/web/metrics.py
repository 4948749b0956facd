"""What Prometheus is told. No label holds a name, a number, or an id of anybody or of any server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.clock import Clock
from bot.domain.outbox import State, Way
from bot.domain.standing import Standstill
from bot.pulse import BEAT, CLAIM, SEND
from bot.services.vitals import Vitals

#: Twilio's words for what became of a text; any other is counted as "other"
STATUSES = frozenset(
    {
        "accepted",
        "canceled",
        "delivered",
        "failed",
        "queued",
        "read",
        "scheduled",
        "sending",
        "sent",
        "undelivered",
    }
)
#: Discord gives an interaction three seconds
FIRST_RESPONSE_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
LAG_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_SIGNS = {
    BEAT: "a beat ended well, in which all that is due is planned",
    CLAIM: "something that was due was taken up",
    SEND: "something went out",
}
#: milliseconds, as snowflakes count them
_DISCORD_EPOCH = 1_420_070_400_000


class Metrics:
    """One for each process. Counts as things happen; rows are counted when somebody looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.registry = registry = CollectorRegistry()
        self.answered = Counter(
            "flipcord_interactions_answered",
            "First responses to interactions.",
            ["answer"],
            registry=registry,
        )
        self._taken = self.answered.labels("taken")
        self._refused = self.answered.labels("refused")
        self.first_response = Histogram(
            "flipcord_interaction_first_response_seconds",
            "From the press, by Discord's clock, to the first response.",
            buckets=FIRST_RESPONSE_S,
            registry=registry,
        )
        self.loop_lag = Histogram(
            "flipcord_loop_lag_seconds", "How late the event loop ran.", buckets=LAG_S, registry=registry
        )
        self._worst_lag = Gauge(
            "flipcord_loop_lag_worst_seconds", "The latest it ran since the last look.", registry=registry
        )
        self._worst = 0.0
        self._receipts = Counter(
            "flipcord_text_receipts", "Status callbacks from Twilio.", ["status"], registry=registry
        )
        self.texts_in = Counter("flipcord_texts_in", "Texts that people sent us.", registry=registry)
        self.refused = Counter(
            "flipcord_webhooks_refused", "Requests without a valid signature of Twilio's.", registry=registry
        )
        self._rows = Gauge("flipcord_outbox_rows", "Rows of the outbox.", ["state", "way"], registry=registry)
        self._late = Gauge(
            "flipcord_due_lag_seconds",
            "How long ago the oldest row became due that still waits.",
            ["way"],
            registry=registry,
        )
        self._aside = Gauge(
            "flipcord_set_aside",
            "Things that raised again and again and are hardly tried.",
            registry=registry,
        )
        self._given_up = Gauge(
            "flipcord_given_up",
            "Messages that failed through a fault of ours within a day.",
            registry=registry,
        )
        self._failing = Gauge(
            "flipcord_failing_jobs", "Jobs whose last run raised as a whole.", registry=registry
        )
        self._gateway = Gauge("flipcord_gateway_connected", "1 while connected.", registry=registry)
        self._database = Gauge("flipcord_database_up", "1 while it answers in time.", registry=registry)
        self._standing = Gauge(
            "flipcord_standing_still_seconds",
            "For how long deliveries have stood still for this reason; 0 when they do not.",
            ["state"],
            registry=registry,
        )
        self._ages = {
            sign: Gauge(f"flipcord_last_{sign}_age_seconds", f"Seconds since {what}.", registry=registry)
            for sign, what in _SIGNS.items()
        }

    def receipt(self, status: str) -> None:
        self._receipts.labels(status if status in STATUSES else "other").inc()

    def lag(self, seconds: float) -> None:
        self.loop_lag.observe(seconds)
        self._worst = max(self._worst, seconds)

    async def on_request_end(
        self, session: aiohttp.ClientSession, context: Any, params: aiohttp.TraceRequestEndParams
    ) -> None:
        """For the trace of discord.py's HTTP client: the first response goes to /interactions/<id>/<token>/callback."""
        parts = params.url.parts
        if parts[-1] != "callback" or parts[-4] != "interactions":
            return
        if params.response.status >= 400:
            self._refused.inc()
            return
        self._taken.inc()
        pressed_ms = (int(parts[-3]) >> 22) + _DISCORD_EPOCH
        self.first_response.observe(max(0.0, self._clock().timestamp() - pressed_ms / 1000))

    def text(
        self,
        vitals: Vitals | None,
        *,
        connected: bool,
        standing: Mapping[str, float] | None = None,
        ages: Mapping[str, float | None] | None = None,
    ) -> bytes:
        """In Prometheus' text format; ``vitals`` are None when the database did not answer.

        ``standing``: for how many seconds what stands still has. ``ages``: of each sign of life; None if never seen.
        """
        for state in Standstill:
            self._standing.labels(state).set((standing or {}).get(state, 0))
        for sign, gauge in self._ages.items():
            age = (ages or {}).get(sign)
            gauge.set(float("nan") if age is None else age)
        self._gateway.set(connected)
        self._database.set(vitals is not None)
        self._rows.clear()
        self._late.clear()
        if vitals is not None:
            self._show(vitals)
        self._worst_lag.set(self._worst)
        self._worst = 0.0
        return generate_latest(self.registry)

    def _show(self, vitals: Vitals) -> None:
        self._aside.set(vitals.set_aside)
        self._given_up.set(vitals.given_up)
        self._failing.set(len(vitals.failing))
        for state in State:
            for way in Way:
                self._rows.labels(state, way).set(vitals.rows.get((state, way), 0))
        for way in Way:
            late = vitals.late.get(way)
            self._late.labels(way).set(late.total_seconds() if late is not None else 0)
