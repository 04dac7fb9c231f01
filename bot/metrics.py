"""The figures of a running bot. No label holds who somebody is, nor anything that was said."""

from __future__ import annotations

from importlib import metadata

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

from adapters.database.looking import Look

_MODEL_S = (0.25, 0.5, 1, 2, 5, 10, 20, 60, 180)
_SPEECH_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
_SEND_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SAVE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_SEND = "send"
"""The kind of a pending effect that is a message on its way."""


class Metrics:
    """All that is counted and measured of one process."""

    def __init__(self) -> None:
        # Without that there are twice as many lines, for what nobody asks.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.forgets = 0  # how many are being forgotten just now, for which SQLite's file is written anew
        ProcessCollector(registry=self.registry)
        self._info()
        self._of_messages()
        self._of_interviews()
        self._of_models()
        self._of_speech()
        self._of_the_process()

    def page(self) -> bytes:
        """All figures, as Prometheus reads them."""
        return generate_latest(self.registry)

    def show(self, look: Look | None) -> None:
        """Take over what was found in the database; without it, the figures that were there go."""
        for gauge, found in (
            (self.open_interviews, look.interviews if look else {}),
            (self.pending_effects, look.effects if look else {}),
            (self.jobs, look.jobs if look else {}),
            (self.oldest_job, look.waits if look else {}),
        ):
            gauge.clear()
            for name, figure in found.items():
                gauge.labels(name).set(figure)
        self.deliveries_waiting.set(look.effects.get(_SEND, 0) if look else float("nan"))

    def _info(self) -> None:
        info = Info("interview_bot", "What is running.", registry=self.registry)
        info.info({"version": metadata.version("interview-bot")})

    def _of_messages(self) -> None:
        self.received = self._counter("messages_received", "Messages that were taken.", "platform", "kind")
        self.dropped = self._counter("messages_dropped", "Messages of those who sent too many.", "platform")
        self.sent = self._histogram("send_seconds", "Time until a message was delivered.", _SEND_S, "platform")
        self.unsent = self._counter("send_failures", "Tries to deliver a message that failed.", "platform", "error")
        self.deliveries_waiting = self._gauge(
            "deliveries_waiting", "Messages that are still to be delivered, by all processes."
        )

    def _of_interviews(self) -> None:
        self.begun = self._counter("interviews_begun", "Interviews that began.", "role", "mode")
        self.ended = self._counter("interviews_ended", "Interviews that ended.", "phase")
        self.turns = self._counter("turns", "Questions that were closed, by who considered.", "interviewer", "outcome")
        self.open_interviews = self._gauge(
            "open_interviews", "Interviews that can still go on, with all processes.", "phase"
        )
        self.pending_effects = self._gauge("pending_effects", "What is still to be done by all processes.", "kind")
        self.jobs = self._gauge(
            "jobs", "Jobs that wait or are worked on, by all processes; on PostgreSQL only.", "queue"
        )
        told = "How long the oldest job has waited that could be worked on, by any process; on PostgreSQL only."
        self.oldest_job = self._gauge("oldest_job_seconds", told, "queue")
        self.saved = self._histogram("save_seconds", "Time until a change was on disk.", _SAVE_S)
        self.unsaved = self._counter("save_failures", "Changes that could not be saved.", "error")

    def _of_models(self) -> None:
        told = "Time until a language model's answer could be used, waiting for its turn included."
        self.asked = self._histogram("model_seconds", told, _MODEL_S, "kind")
        told = "Answers of a language model that could not be had; given_up: they came too late, or nobody wants them."
        self.unanswered = self._counter("model_failures", told, "kind", "error")
        told = "Time of a single call of a language model, without waiting."
        self.called = self._histogram("model_call_seconds", told, _MODEL_S, "task")
        told = "Calls of a language model that failed; given_up: they took too long, or nobody wants them."
        self.uncalled = self._counter("model_call_failures", told, "task", "error")
        self.calls_waiting = self._gauge("model_calls_waiting", "Calls that wait for a language model.", "urgency")
        self.calls_running = self._gauge("model_calls_running", "Calls that a language model works on.", "urgency")
        told = "1 while a language model is left alone, as it failed, and the rules stand in for it."
        self.breaker_open = self._gauge("model_breaker_open", told, "work")

    def _of_speech(self) -> None:
        told = "Time until a voice note was heard or a text spoken, waiting included."
        self.spoken = self._histogram("speech_seconds", told, _SPEECH_S, "kind")
        told = "Voice notes that were not heard, and texts that were not spoken."
        self.unspoken = self._counter("speech_failures", told, "kind", "error")
        self.sound = self._counter("heard_sound_seconds", "Length of the voice notes that were heard.")
        self.speech_waiting = self._gauge("speech_waiting", "Voice notes that wait to be heard.")

    def _of_the_process(self) -> None:
        self.ready = self._gauge("ready", "1 where a part of the bot can work, 0 where it cannot.", "part")
        self.lag = self._gauge("event_loop_lag_seconds", "The longest delay of the last 15 to 30 seconds.")

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"interview_bot_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(f"interview_bot_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"interview_bot_{name}", told, labels, registry=self.registry, buckets=buckets)
