"""A lottery anybody can repeat: odds in parts of 1/S become whole seats, and every hard rule holds in every draw.

What is published before the draw are the parts: how many S-ths of a seat of a panel each expert stands for (none more than one,
so nobody is drawn for a panel with a chance above 1/S). Parts run through the rules as a flow: seats kept for a constituency and
free seats -> one employer -> the expert -> the load. Arcs that carry a broken number of seats form cycles; the seed says which
way each cycle is turned, with the chance that leaves every expert exactly the published odds. No arc is turned past the next whole
number, so seats, employers, constituencies and loads are kept whatever the seed. Integers only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reviews.rules import draw
from reviews.rules.draw import Rules, Stream

ALGORITHM = "keguan-lottery-1"


class Graph:
    """Arcs [tail, head, parts] in the one order that follows from the published data."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.scale: int = data["scale"]
        self.names: dict[tuple[Any, ...], int] = {}
        self.tail: list[int] = []
        self.head: list[int] = []
        self.flow: list[int] = []
        self.pairs: list[tuple[int, str, str]] = []
        load: dict[str, int] = {}
        for panel in sorted(data["panels"], key=lambda one: one["key"]):
            self._panel(panel, data["experts"], load)
        for code in sorted(load):
            self.arc(("expert", code), ("end",), load[code])

    def node(self, *name: Any) -> int:
        return self.names.setdefault(name, len(self.names))

    def arc(self, tail: tuple[Any, ...], head: tuple[Any, ...], parts: int) -> None:
        self.tail.append(self.node(*tail))
        self.head.append(self.node(*head))
        self.flow.append(parts)

    def _panel(self, panel: Mapping[str, Any], experts: Mapping[str, Any], load: dict[str, int]) -> None:
        key, scale = panel["key"], self.scale
        kept = {name: least * scale for name, least in panel["minimum"].items()}
        groups: dict[tuple[str, str], int] = {}
        kinds: dict[str, int] = {}
        for code in sorted(panel["odds"]):
            parts, kind, unit = panel["odds"][code], experts[code]["constituency"], experts[code]["unit"]
            kind = kind if kind in kept else ""
            self.pairs.append((len(self.flow), key, code))
            self.arc(("unit", key, kind, unit), ("expert", code), parts)
            groups[kind, unit] = groups.get((kind, unit), 0) + parts
            kinds[kind] = kinds.get(kind, 0) + parts
            load[code] = load.get(code, 0) + parts
        for kind, unit in sorted(groups):
            self.arc(("kind", key, kind), ("unit", key, kind, unit), groups[kind, unit])
        free = panel["seats"] * scale - sum(kept.values())
        for kind in sorted(kept):
            over = max(0, kinds.get(kind, 0) - kept[kind])
            self.arc(("kind", key, ""), ("kind", key, kind), over)
            self.arc(("kind", key, kind), ("end",), max(0, kept[kind] - kinds.get(kind, 0)))
            free -= over
        self.arc(("kind", key, ""), ("end",), free - kinds.get("", 0))


def rounded(graph: Graph, stream: Stream) -> list[int]:
    """Turn broken arcs along cycles until every arc carries whole seats; in parts, as before."""
    scale, flow = graph.scale, list(graph.flow)
    near: list[list[int]] = [[] for _one in graph.names]
    for arc, parts in enumerate(flow):
        if parts % scale:
            near[graph.tail[arc]].append(arc)
            near[graph.head[arc]].append(arc)
    for nodes in near:
        nodes.reverse()
    place = [-1] * len(near)
    for start in range(len(near)):
        path, arcs = [start], []
        place[start] = 0
        while True:
            here = path[-1]
            arc = _broken(near[here], flow, scale, arcs[-1] if arcs else -1)
            if arc is None:
                break  # only at the start of a path: whole sums leave no node with one broken arc
            there = graph.head[arc] if graph.tail[arc] == here else graph.tail[arc]
            arcs.append(arc)
            if place[there] < 0:
                place[there] = len(path)
                path.append(there)
                continue
            first = place[there]
            _turn(graph, flow, there, arcs[first:], stream)
            for node in path[first + 1:]:
                place[node] = -1
            del path[first + 1:], arcs[first:]
        for node in path:
            place[node] = -1
    return flow


def _broken(stack: list[int], flow: list[int], scale: int, last: int) -> int | None:
    """The next broken arc of a node that is not the one just walked; whole ones are dropped."""
    while stack and flow[stack[-1]] % scale == 0:
        stack.pop()
    if not stack:
        return None
    if stack[-1] != last:
        return stack[-1]
    while len(stack) > 1 and flow[stack[-2]] % scale == 0:
        del stack[-2]
    return stack[-2] if len(stack) > 1 else None


def _turn(graph: Graph, flow: list[int], start: int, arcs: Sequence[int], stream: Stream) -> None:
    """One way by `up` or the other by `down`, with the chances down : up, so that every arc keeps its odds."""
    scale, here = graph.scale, start
    up = down = scale
    forward: list[bool] = []
    for arc in arcs:
        ahead, over = graph.tail[arc] == here, flow[arc] % scale
        forward.append(ahead)
        up, down = (min(up, scale - over), min(down, over)) if ahead else (min(up, over), min(down, scale - over))
        here = graph.head[arc] if ahead else graph.tail[arc]
    step = up if stream.below(up + down) < down else -down
    for arc, ahead in zip(arcs, forward, strict=True):
        flow[arc] += step if ahead else -step


def run(data: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """The whole lottery. `data` = {"algorithm", "scale", "experts": {code: {constituency, employers, unit}}, "panels":
    [{key, seats, alternates, minimum, odds: {code: parts}, candidates: [code]}]}."""
    graph = Graph(data)
    flow = rounded(graph, Stream(seed, "seats"))
    members: dict[str, list[str]] = {panel["key"]: [] for panel in data["panels"]}
    for arc, key, code in graph.pairs:
        if flow[arc] == graph.scale:
            members[key].append(code)
    found = []
    for panel in sorted(data["panels"], key=lambda one: one["key"]):
        key = panel["key"]
        order = draw.shuffled(members[key], Stream(seed, f"{key}|order"))
        waiting = draw.shuffled(panel["candidates"], Stream(seed, f"{key}|alternates"))
        rules = Rules(data["experts"], panel["seats"], panel["minimum"])
        found.append({"key": key, "members": order, "alternates": draw.alternates(waiting, order, rules, panel["alternates"])})
    return {"algorithm": ALGORITHM, "attempt": 0, "panels": found}


def seed_of(secret: str, public_value: str, candidates_sha256: str) -> str:
    return draw.seed_of(secret, public_value, candidates_sha256, ALGORITHM)


def replay(data: Mapping[str, Any], secret: str, public_value: str) -> tuple[str, str, dict[str, Any]]:
    """(commitment, seed, result) of a draw by either method, as anybody can work them out again."""
    if data.get("algorithm") != ALGORITHM:
        return draw.replay(data, secret, public_value)
    seed = seed_of(secret, public_value, draw.sha256(data))
    return draw.commitment(secret), seed, run(data, seed)
