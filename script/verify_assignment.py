#!/usr/bin/env python3
"""Check the certificate of an assignment of experts (keguan-certificate-1) without the program that made it.

    python3 verify_assignment.py FILE [SHA256]

Needs Python 3.11 and numpy. It reads the file alone, checks that its digest (and the published SHA256, if given) is right, that
the assignment keeps every rule, that its value is what the file says, and then works out, over every pair of an application and
an expert, the most that any assignment could be worth at the published prices. Exit 0: the assignment keeps the rules and no other
is better. Exit 2: it keeps the rules and lies within the stated gap. Exit 1: something is wrong.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np


class Wrong(Exception):
    pass


def must(fact, text):
    if not fact:
        raise Wrong(text)


def read(content, published):
    lines = content.split(b"\n")
    must(len(lines) == 3 and lines[2] == b"", "not two lines")
    must(hashlib.sha256(lines[0]).hexdigest().encode() == lines[1], "the digest inside the file is another")
    must(not published or hashlib.sha256(content).hexdigest() == published, "not the file whose digest was published")
    data = json.loads(lines[0])
    must(data["format"] == "keguan-certificate-1", "unknown format")
    return data


class Pool:
    """Experts as arrays; `near` gives every expert's affinity to an application by adding up common features."""

    def __init__(self, experts):
        self.price, self.load, self.employer, self.kind = (
            np.array([one[name] for one in experts], np.int64) for name in ("price", "load", "employer", "kind"))
        self.employers = [one["employers"] for one in experts]
        must(self.nested(), "the bound counts two employers, or two kinds, as one")
        self.lists = {}
        for place, one in enumerate(experts):
            for feature, value in one["features"]:
                self.lists.setdefault(feature, ([], []))
                self.lists[feature][0].append(place)
                self.lists[feature][1].append(value)
        self.lists = {name: (np.array(who), np.array(value, np.int64)) for name, (who, value) in self.lists.items()}

    def nested(self):
        """The bound counts one expert per number and panel: right only where all of a number share an employer and are of one kind."""
        groups = {}
        for number, kind, owners in zip(self.employer.tolist(), self.kind.tolist(), self.employers, strict=True):
            groups.setdefault(number, []).append((kind, set(owners)))
        return all(len({kind for kind, _owners in one}) == 1 and (len(one) == 1 or set.intersection(*(owners for _kind, owners in one)))
                   for one in groups.values())

    def near(self, application):
        found = np.zeros(len(self.load), np.int64)
        for feature, value in application["features"]:
            if feature in self.lists:
                who, theirs = self.lists[feature]
                found[who] += value * theirs
        return found


def best(worth, pool, application, empty):
    """The most a panel could be worth: one per employer, the seats kept for a kind, then the free ones. The rules form a matroid:
    where a full panel is known, a best one has no member below the least of it."""
    mine = application["assigned"]
    least = worth[mine].min() if 0 < application["seats"] == len(mine) else -empty
    order = np.flatnonzero(worth >= max(least, 1 - empty))
    order = order[np.argsort(-worth[order], kind="stable")]
    order = order[np.sort(np.unique(pool.employer[order], return_index=True)[1])]
    taken = np.zeros(len(order), bool)
    for kind, least in enumerate(application["minimum"], 1):
        taken[np.flatnonzero(pool.kind[order] == kind)[:least]] = True
    free = application["seats"] - sum(application["minimum"])
    taken[np.flatnonzero(~taken)[:max(free, 0)]] = True
    return int(worth[order[taken]].sum()) - empty * (application["seats"] - int(taken.sum()))


def kept(application, pool):
    """The rules of one panel."""
    mine, name = application["assigned"], application["key"]
    must(len(set(mine)) == len(mine) <= application["seats"], f"{name}: more experts than seats, or one twice")
    must(not set(mine) & set(application["barred"]), f"{name}: an expert who is barred")
    everybody = mine + application["locked"]
    units = [unit for one in everybody for unit in pool.employers[one]]
    must(len(set(units)) == len(units), f"{name}: two experts of one employer")
    kinds = pool.kind[mine].tolist()
    others = len(mine) - sum(min(kinds.count(kind), least) for kind, least in enumerate(application["minimum"], 1))
    must(others <= application["seats"] - sum(application["minimum"]), f"{name}: a seat kept for a kind went to another")


def check(data):
    pool, empty, costs = Pool(data["experts"]), data["empty"], data["balance"]
    must((pool.price >= 0).all(), "a price below zero")
    must(costs == sorted(costs) and costs[0] >= 0, "costs of balance fall")
    load, value, most = np.zeros(len(pool.load), np.int64), 0, 0
    for application in data["applications"]:
        kept(application, pool)
        near, mine = pool.near(application), application["assigned"]
        value += int(near[mine].sum()) - empty * (application["seats"] - len(mine))
        load[mine] += 1
        worth = near - pool.price
        worth[application["barred"]] = -20 * empty
        most += best(worth, pool, application, empty)
    must((load <= pool.load).all(), "an expert has more than the load")
    for place in range(int(pool.load.max(initial=0))):
        cost = costs[min(place, len(costs) - 1)]
        value -= cost * int((load > place).sum())
        most += int(np.maximum(pool.price - cost, 0)[pool.load > place].sum())
    must(value == data["objective"], f"the assignment is worth {value}, not {data['objective']}")
    must(most == data["bound"], f"the bound is {most}, not {data['bound']}")
    return value, most


if __name__ == "__main__":
    try:
        worth, most = check(read(Path(sys.argv[1]).read_bytes(), sys.argv[2] if len(sys.argv) > 2 else ""))
    except (Wrong, ValueError, KeyError, TypeError, IndexError) as error:
        sys.exit(f"WRONG: {error}")
    print(f"value {worth}, bound over every pair {most}, gap {most - worth}: " + ("the best there is" if worth == most else "within the gap"))
    sys.exit(0 if worth == most else 2)
