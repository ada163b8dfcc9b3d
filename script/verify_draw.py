#!/usr/bin/env python3
"""Work a draw of experts out again from its public receipt, without the program that made it.

    python3 verify_draw.py RECEIPT.json

The receipt is what the public page of a draw offers as JSON. Both methods are known: keguan-draw-1 and keguan-lottery-1. Needs
Python 3.9 and nothing else. Exit 0: commitment, candidates, seed and result agree. Exit 1: something differs.
"""

import hashlib
import hmac
import json
import sys


def digest(data):
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Stream:
    def __init__(self, seed, label):
        self.key, self.label, self.counter, self.words = bytes.fromhex(seed), label.encode(), 0, []

    def below(self, n):
        limit = 2**64 - 2**64 % n
        while True:
            if not self.words:
                block = hmac.new(self.key, self.label + b"|" + self.counter.to_bytes(8, "big"), hashlib.sha256).digest()
                self.counter += 1
                self.words = [int.from_bytes(block[i:i + 8], "big") for i in (24, 16, 8, 0)]
            word = self.words.pop()
            if word < limit:
                return word % n


def shuffled(codes, stream):
    order = sorted(codes)
    for last in range(len(order) - 1, 0, -1):
        other = stream.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def missing(panel, members, experts):
    had = [experts[one]["constituency"] for one in members]
    return {name: least - had.count(name) for name, least in panel["minimum"].items() if least > had.count(name)}


def clashes(code, members, experts):
    return any(set(experts[code]["employers"]) & set(experts[one]["employers"]) for one in members)


def may_complete(panel, members, rest, experts):
    free, lacking = panel["seats"] - len(members), missing(panel, members, experts)
    taken = {unit for one in members for unit in experts[one]["employers"]}
    anybody, by_kind = set(), {name: set() for name in lacking}
    for code in rest:
        own = experts[code]["employers"]
        if not set(own) & taken:
            unit = min(own) if own else code
            anybody.add(unit)
            by_kind.get(experts[code]["constituency"], set()).add(unit)
    return sum(lacking.values()) <= free <= len(anybody) and all(len(by_kind[name]) >= lack for name, lack in lacking.items())


def seated(panel, order, experts):
    steps = [0]

    def search(members, start):
        if len(members) == panel["seats"]:
            return None if missing(panel, members, experts) else members
        for index in range(start, len(order)):
            steps[0] += 1
            if steps[0] > 50_000:
                return None
            if not clashes(order[index], members, experts):
                grown = [*members, order[index]]
                if may_complete(panel, grown, order[index + 1:], experts):
                    found = search(grown, index + 1)
                    if found:
                        return found
        return None

    return search([], 0) if may_complete(panel, [], order, experts) else None


def alternates(panel, order, members, experts):
    rest, count, first = [one for one in order if one not in members], panel["alternates"], []
    for name, least in panel["minimum"].items():
        first += [one for one in rest if experts[one]["constituency"] == name][:min(least, count)]
    chosen = set(first[:count])
    for one in rest:
        if len(chosen) < count:
            chosen.add(one)
    return [one for one in rest if one in chosen]


def draw(data, seed):
    for attempt in range(64):
        used, found = {}, {}
        for panel in sorted(data["panels"], key=lambda one: (len(one["candidates"]), one["key"])):
            free = [one for one in panel["candidates"] if used.get(one, 0) < data["load"]]
            order = shuffled(free, Stream(seed, f"{panel['key']}|{attempt}"))
            members = seated(panel, order, data["experts"])
            if members is None:
                break
            for one in members:
                used[one] = used.get(one, 0) + 1
            found[panel["key"]] = {"key": panel["key"], "members": members, "alternates": alternates(panel, order, members, data["experts"])}
        else:
            return {"algorithm": "keguan-draw-1", "attempt": attempt, "panels": [found[key] for key in sorted(found)]}
    return {"algorithm": "keguan-draw-1", "attempt": 64, "panels": []}


def arcs_of(data):
    """[tail, head, parts] in the published order, and which arc is which seat."""
    scale, arcs, pairs, load = data["scale"], [], [], {}
    for panel in sorted(data["panels"], key=lambda one: one["key"]):
        key, kept = panel["key"], {name: least * scale for name, least in panel["minimum"].items()}
        groups, kinds = {}, dict.fromkeys([*kept, ""], 0)
        for code, parts in sorted(panel["odds"].items()):
            expert = data["experts"][code]
            kind = expert["constituency"] if expert["constituency"] in kept else ""
            pairs.append((len(arcs), key, code))
            arcs.append([("unit", key, kind, expert["unit"]), ("expert", code), parts])
            groups[kind, expert["unit"]] = groups.get((kind, expert["unit"]), 0) + parts
            kinds[kind] += parts
            load[code] = load.get(code, 0) + parts
        arcs += [[("kind", key, kind), ("unit", key, kind, unit), parts] for (kind, unit), parts in sorted(groups.items())]
        free = panel["seats"] * scale - sum(kept.values())
        for kind in sorted(kept):
            over = max(0, kinds[kind] - kept[kind])
            arcs += [[("kind", key, ""), ("kind", key, kind), over], [("kind", key, kind), ("end",), max(0, kept[kind] - kinds[kind])]]
            free -= over
        arcs.append([("kind", key, ""), ("end",), free - kinds[""]])
    return arcs + [[("expert", code), ("end",), parts] for code, parts in sorted(load.items())], pairs


def rounded(arcs, scale, stream):
    """Turn arcs with a broken number of seats along cycles, by the seed, until all are whole."""
    near, place = {}, {}
    for number, (tail, head, parts) in enumerate(arcs):
        for node in (tail, head):
            near.setdefault(node, [])
            if parts % scale:
                near[node].append(number)
    for start in near:
        path, walked = [start], []
        place[start] = 0
        while True:
            here = path[-1]
            near[here] = [one for one in near[here] if arcs[one][2] % scale]
            ahead = next((one for one in near[here] if not walked or one != walked[-1]), None)
            if ahead is None:
                break
            there = arcs[ahead][1] if arcs[ahead][0] == here else arcs[ahead][0]
            walked.append(ahead)
            if there not in place:
                place[there] = len(path)
                path.append(there)
                continue
            first, node, up, down, ways = place[there], there, scale, scale, []
            for one in walked[first:]:
                forward, over = arcs[one][0] == node, arcs[one][2] % scale
                ways.append((one, 1 if forward else -1))
                up, down = (min(up, scale - over), min(down, over)) if forward else (min(up, over), min(down, scale - over))
                node = arcs[one][1] if forward else arcs[one][0]
            step = up if stream.below(up + down) < down else -down
            for one, way in ways:
                arcs[one][2] += way * step
            for gone in path[first + 1:]:
                del place[gone]
            del path[first + 1:], walked[first:]
        for gone in path:
            del place[gone]


def lottery(data, seed):
    arcs, pairs = arcs_of(data)
    rounded(arcs, data["scale"], Stream(seed, "seats"))
    members, panels = {panel["key"]: [] for panel in data["panels"]}, []
    for number, key, code in pairs:
        if arcs[number][2] == data["scale"]:
            members[key].append(code)
    for panel in sorted(data["panels"], key=lambda one: one["key"]):
        key = panel["key"]
        seats = shuffled(members[key], Stream(seed, f"{key}|order"))
        waiting = shuffled(panel["candidates"], Stream(seed, f"{key}|alternates"))
        panels.append({"key": key, "members": seats, "alternates": alternates(panel, waiting, seats, data["experts"])})
    return {"algorithm": "keguan-lottery-1", "attempt": 0, "panels": panels}


def check(receipt):
    data, secret = receipt["candidates"], bytes.fromhex(receipt["secret"])
    name = "keguan-lottery-1" if data.get("algorithm") == "keguan-lottery-1" else "keguan-draw-1"
    seed = hmac.new(secret, "|".join((name, receipt["public_value"].strip(), digest(data))).encode(), hashlib.sha256).hexdigest()
    result = (lottery if name == "keguan-lottery-1" else draw)(data, seed)
    return {"commitment": hashlib.sha256(secret).hexdigest() == receipt["commit_hash"], "candidates": digest(data) == receipt["candidates_sha256"],
            "seed": seed == receipt["seed"], "result": result == receipt["result"] and digest(result) == receipt["result_sha256"]}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = check(json.load(file))
    print("\n".join(f"{name}: {'agrees' if good else 'DIFFERS'}" for name, good in found.items()))
    sys.exit(0 if all(found.values()) else 1)
