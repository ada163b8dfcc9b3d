/* Works a draw out again in this browser, bit for bit: keguan-draw-1 and keguan-lottery-1. Nothing is sent anywhere. */
(() => {
  const bytes = (text) => new TextEncoder().encode(text);
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
  const hex = (data) => [...data].map((one) => one.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { whole.set(part, at); at += part.length; }
    return whole;
  };

  // SHA-256 of its own: the browser's answers later, one block at a time, and a draw asks many thousand times.
  const prime = (n) => { for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true; };
  const primes = []; // the first 64; fractions of their roots are the constants
  for (let n = 2; primes.length < 64; n++) if (prime(n)) primes.push(n);
  const fraction = (value) => ((value - Math.floor(value)) * 4294967296) | 0;
  const K = primes.map((one) => fraction(Math.cbrt(one)));
  const H = primes.slice(0, 8).map((one) => fraction(Math.sqrt(one)));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const sha256 = (data) => {
    const size = ((data.length + 8) >> 6) * 64 + 64;
    const block = new Uint8Array(size);
    block.set(data);
    block[data.length] = 128;
    const view = new DataView(block.buffer);
    view.setUint32(size - 8, Math.floor(data.length / 536870912));
    view.setUint32(size - 4, (data.length << 3) >>> 0);
    const state = Int32Array.from(H), w = new Int32Array(64);
    for (let at = 0; at < size; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = (w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = (state[i] + value) | 0; });
    }
    const out = new DataView(new ArrayBuffer(32));
    state.forEach((value, i) => out.setInt32(i * 4, value));
    return new Uint8Array(out.buffer);
  };
  const hmac = (key, message) => {
    const pad = (mark) => { const full = new Uint8Array(64).fill(mark); key.forEach((one, i) => { full[i] ^= one; }); return full; };
    return sha256(joined(pad(0x5c), sha256(joined(pad(0x36), message))));
  };

  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = (list) => [...list].sort(order);
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value && typeof value === "object") return `{${sorted(Object.keys(value)).map((key) => JSON.stringify(key) + ":" + canonical(value[key])).join(",")}}`;
    return JSON.stringify(value);
  };
  const digest = (value) => hex(sha256(bytes(canonical(value))));

  class Stream {
    constructor(seed, label) { this.key = unhex(seed); this.label = bytes(label + "|"); this.counter = 0n; this.words = []; }
    word() {
      if (!this.words.length) {
        const count = new DataView(new ArrayBuffer(8));
        count.setBigUint64(0, this.counter++);
        const view = new DataView(hmac(this.key, joined(this.label, new Uint8Array(count.buffer))).buffer);
        this.words = [24, 16, 8, 0].map((at) => view.getBigUint64(at));
      }
      return this.words.pop();
    }
    below(n) {
      const whole = 1n << 64n, size = BigInt(n), limit = whole - (whole % size);
      let word = this.word();
      while (word >= limit) word = this.word();
      return Number(word % size);
    }
  }
  const shuffled = (codes, stream) => {
    const list = sorted(codes);
    for (let last = list.length - 1; last > 0; last--) {
      const other = stream.below(last + 1);
      [list[last], list[other]] = [list[other], list[last]];
    }
    return list;
  };

  class Rules {
    constructor(experts, seats, minimum) { Object.assign(this, { experts, seats, minimum }); }
    units(code) { return this.experts[code].employers; }
    kind(code) { return this.experts[code].constituency; }
    missing(members) {
      const found = new Map();
      for (const [name, least] of Object.entries(this.minimum)) {
        const lack = least - members.filter((code) => this.kind(code) === name).length;
        if (lack > 0) found.set(name, lack);
      }
      return found;
    }
    clashes(code, members) { return members.some((one) => this.units(one).some((unit) => this.units(code).includes(unit))); }
    mayComplete(members, rest) {
      const free = this.seats - members.length, missing = this.missing(members);
      if ([...missing.values()].reduce((a, b) => a + b, 0) > free) return false;
      const taken = new Set(members.flatMap((code) => this.units(code)));
      const anybody = new Set(), byKind = new Map([...missing.keys()].map((name) => [name, new Set()]));
      for (const code of rest) {
        const own = this.units(code);
        if (own.some((unit) => taken.has(unit))) continue;
        const unit = own.length ? sorted(own)[0] : code;
        anybody.add(unit);
        if (byKind.has(this.kind(code))) byKind.get(this.kind(code)).add(unit);
      }
      return anybody.size >= free && [...missing].every(([name, lack]) => byKind.get(name).size >= lack);
    }
  }
  const seat = (list, rules) => {
    let steps = 0;
    const search = (members, start) => {
      if (members.length === rules.seats) return rules.missing(members).size ? null : members;
      for (let index = start; index < list.length; index++) {
        if (++steps > 50000) return null;
        if (rules.clashes(list[index], members)) continue;
        const grown = [...members, list[index]];
        if (rules.mayComplete(grown, list.slice(index + 1))) {
          const found = search(grown, index + 1);
          if (found && found.length) return found;
        }
      }
      return null;
    };
    return rules.mayComplete([], list) ? search([], 0) : null;
  };
  const alternates = (list, members, rules, count) => {
    const rest = list.filter((code) => !members.includes(code));
    let reserved = [];
    for (const [name, least] of Object.entries(rules.minimum)) {
      reserved = reserved.concat(rest.filter((code) => rules.kind(code) === name).slice(0, Math.min(least, count)));
    }
    const chosen = new Set(reserved.slice(0, count));
    for (const code of rest) { if (chosen.size >= count) break; chosen.add(code); }
    return rest.filter((code) => chosen.has(code));
  };

  const attemptDraw = (data, seed, attempt) => {
    const used = {}, found = {};
    for (const panel of [...data.panels].sort((a, b) => a.candidates.length - b.candidates.length || order(a.key, b.key))) {
      const list = shuffled(panel.candidates.filter((code) => (used[code] || 0) < data.load), new Stream(seed, `${panel.key}|${attempt}`));
      const rules = new Rules(data.experts, panel.seats, panel.minimum), members = seat(list, rules);
      if (!members) return null;
      for (const code of members) used[code] = (used[code] || 0) + 1;
      found[panel.key] = { key: panel.key, members, alternates: alternates(list, members, rules, panel.alternates) };
    }
    return sorted(Object.keys(found)).map((key) => found[key]);
  };
  const runDraw = (data, seed) => {
    for (let attempt = 0; attempt < 64; attempt++) {
      const panels = attemptDraw(data, seed, attempt);
      if (panels) return { algorithm: "keguan-draw-1", attempt, panels };
    }
    return { algorithm: "keguan-draw-1", attempt: 64, panels: [] };
  };

  const graphOf = (data) => {
    const graph = { scale: data.scale, names: new Map(), tail: [], head: [], flow: [], pairs: [] }, load = {};
    const node = (name) => { const key = name.join("\n"); if (!graph.names.has(key)) graph.names.set(key, graph.names.size); return graph.names.get(key); };
    const arc = (tail, head, parts) => { graph.tail.push(node(tail)); graph.head.push(node(head)); graph.flow.push(parts); };
    for (const panel of [...data.panels].sort((a, b) => order(a.key, b.key))) {
      const key = panel.key, kept = {}, groups = new Map(), kinds = {};
      for (const [name, least] of Object.entries(panel.minimum)) kept[name] = least * data.scale;
      for (const code of sorted(Object.keys(panel.odds))) {
        const parts = panel.odds[code], one = data.experts[code], kind = one.constituency in kept ? one.constituency : "";
        graph.pairs.push([graph.flow.length, key, code]);
        arc(["unit", key, kind, one.unit], ["expert", code], parts);
        const group = `${kind}\n${one.unit}`;
        groups.set(group, (groups.get(group) || 0) + parts);
        kinds[kind] = (kinds[kind] || 0) + parts;
        load[code] = (load[code] || 0) + parts;
      }
      const inOrder = [...groups.keys()].map((group) => group.split("\n")).sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
      for (const [kind, unit] of inOrder) arc(["kind", key, kind], ["unit", key, kind, unit], groups.get(`${kind}\n${unit}`));
      let free = panel.seats * data.scale - Object.values(kept).reduce((a, b) => a + b, 0);
      for (const kind of sorted(Object.keys(kept))) {
        const had = kinds[kind] || 0, over = Math.max(0, had - kept[kind]);
        arc(["kind", key, ""], ["kind", key, kind], over);
        arc(["kind", key, kind], ["end"], Math.max(0, kept[kind] - had));
        free -= over;
      }
      arc(["kind", key, ""], ["end"], free - (kinds[""] || 0));
    }
    for (const code of sorted(Object.keys(load))) arc(["expert", code], ["end"], load[code]);
    return graph;
  };
  const turned = (graph, flow, start, arcs, stream) => {
    const scale = graph.scale, forward = [];
    let here = start, up = scale, down = scale;
    for (const arc of arcs) {
      const ahead = graph.tail[arc] === here, over = flow[arc] % scale;
      forward.push(ahead);
      up = Math.min(up, ahead ? scale - over : over);
      down = Math.min(down, ahead ? over : scale - over);
      here = ahead ? graph.head[arc] : graph.tail[arc];
    }
    const step = stream.below(up + down) < down ? up : -down;
    arcs.forEach((arc, i) => { flow[arc] += forward[i] ? step : -step; });
  };
  const rounded = (graph, stream) => {
    const scale = graph.scale, flow = [...graph.flow], near = [...graph.names].map(() => []);
    flow.forEach((parts, arc) => { if (parts % scale) { near[graph.tail[arc]].push(arc); near[graph.head[arc]].push(arc); } });
    near.forEach((stack) => stack.reverse());
    const broken = (stack, last) => {
      while (stack.length && flow[stack.at(-1)] % scale === 0) stack.pop();
      if (!stack.length) return null;
      if (stack.at(-1) !== last) return stack.at(-1);
      while (stack.length > 1 && flow[stack.at(-2)] % scale === 0) stack.splice(-2, 1);
      return stack.length > 1 ? stack.at(-2) : null;
    };
    const place = near.map(() => -1);
    for (let start = 0; start < near.length; start++) {
      const path = [start], arcs = [];
      place[start] = 0;
      for (;;) {
        const here = path.at(-1), arc = broken(near[here], arcs.length ? arcs.at(-1) : -1);
        if (arc === null) break;
        const there = graph.tail[arc] === here ? graph.head[arc] : graph.tail[arc];
        arcs.push(arc);
        if (place[there] < 0) { place[there] = path.length; path.push(there); continue; }
        const first = place[there];
        turned(graph, flow, there, arcs.slice(first), stream);
        for (const node of path.slice(first + 1)) place[node] = -1;
        path.length = first + 1;
        arcs.length = first;
      }
      for (const node of path) place[node] = -1;
    }
    return flow;
  };
  const runLottery = (data, seed) => {
    const graph = graphOf(data), flow = rounded(graph, new Stream(seed, "seats")), members = {};
    for (const panel of data.panels) members[panel.key] = [];
    for (const [arc, key, code] of graph.pairs) if (flow[arc] === graph.scale) members[key].push(code);
    const panels = [...data.panels].sort((a, b) => order(a.key, b.key)).map((panel) => {
      const list = shuffled(members[panel.key], new Stream(seed, `${panel.key}|order`));
      const waiting = shuffled(panel.candidates, new Stream(seed, `${panel.key}|alternates`));
      return { key: panel.key, members: list, alternates: alternates(waiting, list, new Rules(data.experts, panel.seats, panel.minimum), panel.alternates) };
    });
    return { algorithm: "keguan-lottery-1", attempt: 0, panels };
  };

  const replay = (data, secret, value) => {
    const isLottery = data.algorithm === "keguan-lottery-1";
    const message = `${isLottery ? "keguan-lottery-1" : "keguan-draw-1"}|${value.trim()}|${digest(data)}`;
    const seed = hex(hmac(unhex(secret), bytes(message)));
    return { commitment: hex(sha256(unhex(secret))), candidates: digest(data), seed, result: (isLottery ? runLottery : runDraw)(data, seed) };
  };
  const check = (receipt) => {
    const mine = replay(receipt.candidates, receipt.secret, receipt.public_value);
    return {
      commitment: mine.commitment === receipt.commit_hash, candidates: mine.candidates === receipt.candidates_sha256, seed: mine.seed === receipt.seed,
      result: digest(mine.result) === receipt.result_sha256 && canonical(mine.result) === canonical(receipt.result),
    };
  };
  globalThis.keguanVerify = { replay, check, digest };

  const box = globalThis.document?.getElementById("verify");
  if (!box) return;
  const button = box.querySelector("button"), list = box.querySelector("ul"), say = box.dataset;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    list.textContent = "";
    const line = (text, tone) => { const row = document.createElement("li"), tag = document.createElement("span"); tag.className = `st-tag st-tag--${tone}`; tag.textContent = text; row.append(tag); list.append(row); return row; };
    try {
      const answer = await fetch(say.receipt, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      for (const [name, good] of Object.entries(check(await answer.json()))) line(good ? say.good : say.bad, good ? "good" : "bad").append(` ${say[name]}`);
    } catch { line(say.failed, "bad"); }
    button.disabled = false;
  });
})();
