"""The figures in Prometheus' text format, made when somebody asks."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from server.identity.passes import Pass
from server.monitoring.tally import Buckets, Tally
from server.storage.published import Published
from server.storage.register import DeviceEntry


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from, apart from the tally. All of these only read memory."""

    halls: Mapping[str, Published]
    watching: Callable[[], Iterable[Pass]]  # the right of each live connection
    outboxes: Callable[[], Mapping[tuple[str, str], int]]  # hall, agent -> what it has still to send
    requests: Callable[[], int]  # connections of every kind
    waiting: Callable[[], int]  # commands without an answer
    oldest_s: Callable[[], float]
    defects: Callable[[], int]
    ahead_ms: Callable[[], int]  # the halls' time before the machine's
    before_database_s: Callable[[], float | None]  # this machine's clock before the database's
    not_ready: Callable[[], Iterable[str]]


class Exposition(Collector):
    """`text()` is what `/metrics` answers."""

    def __init__(self, tally: Tally, sources: Sources) -> None:
        self._tally = tally
        self._from = sources
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Everything as of now."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing at the registration: the server may not have started yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield from self._of_commands()
        yield from self._of_the_server()
        yield from self._of_the_halls()

    def _of_commands(self) -> Iterator[Metric]:
        tally, source = self._tally, self._from
        commands = CounterMetricFamily("paihao_commands", "Commands by deed and outcome.", labels=["deed", "outcome"])
        for (deed, outcome), number in sorted(tally.commands.items()):
            commands.add_metric([deed, outcome], number)
        yield commands
        refusals = CounterMetricFamily("paihao_refusals", "Commands that were refused, by code.", labels=["code"])
        for code, number in sorted(tally.refusals.items()):
            refusals.add_metric([code], number)
        yield refusals
        yield _histogram("paihao_command_seconds", "From the door to the answer, the disk included.", tally.command_s)
        yield _histogram("paihao_batch_commands", "Commands in one transaction.", tally.batch)
        yield _histogram("paihao_commit_seconds", "COMMIT alone: what the disk takes.", tally.commit_s)
        yield GaugeMetricFamily("paihao_commands_waiting", "Commands without an answer.", value=source.waiting())
        yield GaugeMetricFamily("paihao_oldest_command_seconds", "Since when the oldest waits.", source.oldest_s())

    def _of_the_server(self) -> Iterator[Metric]:
        source = self._from
        yield _histogram("paihao_loop_late_seconds", "By how much the event loop is late.", self._tally.late_s)
        yield CounterMetricFamily("paihao_defects", "Answers that were our own fault.", value=source.defects())
        yield GaugeMetricFamily("paihao_http_connections", "Open connections, live ones too.", source.requests())
        yield GaugeMetricFamily(
            "paihao_clock_ahead_seconds", "The halls' time before the machine's.", source.ahead_ms() / 1000
        )
        differs = GaugeMetricFamily(
            "paihao_clock_before_database_seconds", "This machine's clock before the database's.", labels=[]
        )
        before_s = source.before_database_s()
        if before_s is not None:
            differs.add_metric([], before_s)
        yield differs
        reasons = GaugeMetricFamily("paihao_not_ready", "1 for each reason that /ready gives.", labels=["reason"])
        found = list(source.not_ready())
        for reason in found:
            reasons.add_metric([reason], 1)
        yield GaugeMetricFamily("paihao_ready", "Whether the server can serve its halls.", value=not found)
        yield reasons

    def _of_the_halls(self) -> Iterator[Metric]:
        halls = sorted(self._from.halls.values(), key=lambda one: one.hall)
        watching = list(self._from.watching())
        waiting = GaugeMetricFamily("paihao_tickets_waiting", "People who wait.", labels=["hall", "line"])
        for view in halls:
            for line, tickets in view.lines.items():
                waiting.add_metric([view.hall, line], len(tickets))
        yield waiting
        connections = GaugeMetricFamily("paihao_live_connections", "Who watches.", labels=["hall", "audience"])
        for (hall, audience), number in sorted(Counter((w.hall, w.audience.value) for w in watching).items()):
            connections.add_metric([hall, audience], number)
        yield connections
        yield from self._of_devices(halls, {(w.hall, w.agent) for w in watching})

    def _of_devices(self, halls: list[Published], watching: set[tuple[str, str | None]]) -> Iterator[Metric]:
        agents = GaugeMetricFamily(
            "paihao_agent_connected", "1 while an enrolled agent or display is there.", labels=["hall", "kind", "agent"]
        )
        parts = GaugeMetricFamily(
            "paihao_devices", "Devices by what their agents last said.", labels=["hall", "kind", "state"]
        )
        outboxes = GaugeMetricFamily(
            "paihao_agent_outbox", "What a connected agent has still to send.", labels=["hall", "agent"]
        )
        told = self._from.outboxes()
        for view in halls:
            entries = [d for d in view.register.devices.values() if d.token_hash is not None and not d.revoked]
            for device in sorted(entries, key=lambda one: one.name):
                place = (view.hall, device.name)
                agents.add_metric([view.hall, device.kind.value, device.name], place in watching)
                if place in told:
                    outboxes.add_metric([view.hall, device.name], told[place])
            for (kind, state), number in sorted(_states(entries).items()):
                parts.add_metric([view.hall, kind, state], number)
        yield from (agents, parts, outboxes)


def _states(entries: Iterable[DeviceEntry]) -> Counter[tuple[str, str]]:
    """How many parts of each kind ("printer", "keypad", "strip", ...) are in each state."""
    return Counter((part.partition("/")[0], state) for one in entries for part, state in one.health.items())


def _histogram(name: str, meaning: str, buckets: Buckets) -> HistogramMetricFamily:
    reached, steps = 0, []
    bounds = [*(str(bound) for bound in buckets.bounds), "+Inf"]
    for bound, number in zip(bounds, buckets.counts, strict=True):
        reached += number
        steps.append((bound, float(reached)))
    return HistogramMetricFamily(name, meaning, buckets=steps, sum_value=buckets.total)
