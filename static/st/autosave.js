// Three nets under every keystroke: IndexedDB at once, the server after a pause, a last request when the page is hidden.
(() => {
  const form = document.querySelector("[data-autosave]");
  if (!form) return;
  const url = form.dataset.autosave, key = form.dataset.key, box = document.getElementById("save");
  const say = (state, name, extra = "") => { box.dataset.state = state; box.querySelector("[data-t]").textContent = box.dataset[name] + extra; };
  const PAUSE = 800, MOST = 5000;
  let rev = +form.dataset.rev, timer = 0, first = 0, busy = false, wait = 1000;
  const dirty = new Set(), held = new Map(), top = rev, seen = {}; // held: wait for a choice; seen: revisions of single fields
  let quiet = false;
  for (const { value } of form.querySelectorAll("[name=unsettled]")) for (const { name } of form.elements) if (`${name}.`.startsWith(`${value}.`)) held.set(name, 0);
  const known = (names, of) => { for (const n of names) seen[n] = of; if (form.elements.bases) form.elements.bases.value = JSON.stringify({ "": top, ...seen }); };
  const bases = (names) => ({ "": top, ...Object.fromEntries([...names].filter((n) => held.has(n) || n in seen).map((n) => [n, held.get(n) ?? seen[n]])) });
  const based = (number) => { rev = number; if (form.elements.rev) form.elements.rev.value = number; }; // a plain send rests on the same revision
  const read = (name) => {
    const els = [...form.elements].filter((el) => el.name === name);
    if (els[0].type === "checkbox") return els.length > 1 ? els.filter((el) => el.checked).map((el) => el.value) : els[0].checked;
    if (els[0].type === "radio") return (els.find((el) => el.checked) || { value: "" }).value;
    if (els[0].multiple) return [...els[0].selectedOptions].map((o) => o.value);
    return els[0].value;
  };
  const write = (name, value) => {
    [...form.elements].filter((el) => el.name === name).forEach((el) => {
      if (el.type === "radio" || el.type === "checkbox") el.checked = Array.isArray(value) ? value.includes(el.value) : value === true || el.value === value;
      else if (el.multiple) [...el.options].forEach((o) => { o.selected = value.includes(o.value); });
      else el.value = value;
      el.dispatchEvent(new Event("input", { bubbles: true }));
    });
  };
  const values = (names) => Object.fromEntries([...names].map((n) => [n, read(n)]));
  const db = new Promise((ok, no) => {
    const ask = indexedDB.open("keguan-drafts", 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore("d");
    ask.onsuccess = () => ok(ask.result);
    ask.onerror = () => no(ask.error);
  });
  db.catch(() => say("off", "nolocal"));
  const put = async (value) => {
    const base = await db;
    return new Promise((ok, no) => {
      const t = base.transaction("d", "readwrite", { durability: "strict" });
      if (value === null) t.objectStore("d").delete(key); else t.objectStore("d").put(value, key);
      t.oncomplete = ok; t.onerror = no;
    });
  };
  const get = async () => {
    const base = await db;
    return new Promise((ok) => { const r = base.transaction("d").objectStore("d").get(key); r.onsuccess = () => ok(r.result); });
  };
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(push, ms); };
  async function push(keepalive) {
    const sent = new Set([...dirty].filter((n) => !held.has(n)));
    if (busy || !sent.size) return;
    if (!navigator.onLine) { say("off", "offline"); return; }
    busy = true; first = 0;
    const body = values(sent);
    sent.forEach((n) => dirty.delete(n));
    say("busy", "busy");
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const r = await fetch(url, { method: "POST", keepalive: keepalive === true, headers: { "Content-Type": "application/json", "X-CSRFToken": token, "X-Autosave": "1", Accept: "application/json" }, body: JSON.stringify({ rev, values: body, ...(form.elements.bases && { bases: { "": top, ...seen } }) }) });
      if (r.redirected || r.status === 401) throw new Error("auth");
      if (r.status === 409) { await conflict(await r.json(), body); return; }
      if (r.status > 399 && r.status < 500 && ![408, 429].includes(r.status)) { refused(await r.json().catch(() => ({})), sent); return; }
      if (!r.ok) throw new Error("server");
      const answer = await r.json();
      known(sent, answer.rev); based(answer.rev); wait = 1000;
      news(answer);
      if (form.elements.unsettled) say("bad", "conflict"); else say("ok", "saved", ` ${answer.at}`);
      if (!dirty.size) await put(null).catch(() => {});
    } catch (error) {
      sent.forEach((n) => dirty.add(n));
      say("off", error.message === "auth" ? "auth" : "offline");
      later(wait = Math.min(wait * 2, 30000));
    } finally {
      busy = false;
      if (dirty.size && !["off", "bad"].includes(box.dataset.state)) later(PAUSE); // a conflict waits for the person
    }
  }
  function refused(answer, sent) {
    // sending again would not help; the local copy stays
    sent.forEach((n) => dirty.add(n));
    box.dataset.state = "bad";
    box.querySelector("[data-t]").textContent = [...(answer.reasons || []), box.dataset.stays].join(" ");
  }
  function news(answer) {
    quiet = true;
    for (const [n, value] of Object.entries(answer.news || {})) {
      if (dirty.has(n) || held.has(n)) continue;
      if ([...form.elements].some((el) => el.name === n)) write(n, value ?? "");
      known([n], answer.rev);
    }
    quiet = false;
  }
  async function conflict(answer, mine) {
    // Both texts stay: the field keeps what was typed here, theirs stands beside it.
    const base = rev, old = bases(Object.keys(mine));
    try {
      const { show } = await import(box.dataset.js);
      based(answer.rev);
      if (answer.html) {
        Object.keys(mine).forEach((n) => { if (n in answer.values) held.set(n, old[n] ?? top); });
        known(Object.keys(mine), answer.rev);
        news(answer);
      }
      show(form, box, answer, mine, write);
    } finally {
      Object.keys(mine).forEach((n) => { if (!answer.html || n in answer.values) dirty.add(n); });
      say("bad", "conflict");
      put({ rev: base, values: values(dirty), seen: bases(dirty) }).catch(() => {});
    }
  }
  form.addEventListener("input", (e) => {
    const name = e.target.name;
    if (!name || quiet || name === "csrfmiddlewaretoken" || e.target.type === "file" || !e.isTrusted && !form.dataset.ready) return;
    dirty.add(name);
    put({ rev, values: values(dirty), seen: bases(dirty) }).catch(() => say("off", "nolocal"));
    if (box.dataset.state === "ok") say("busy", "local");
    first = first || Date.now();
    later(Math.max(0, Math.min(PAUSE, first + MOST - Date.now())));
  });
  // The local copy stays until a page proves that the server has it: a submit that never arrived loses nothing.
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("online", () => push());
  addEventListener("offline", () => say("off", "offline"));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && box.dataset.state !== "bad") push(true); });
  addEventListener("keydown", (e) => { if ((e.ctrlKey || e.metaKey) && e.key === "s") { e.preventDefault(); push(); } });
  const settled = JSON.parse(form.dataset.settled || "[]"); // chosen by hand
  get().then((kept) => {
    form.dataset.ready = "1";
    if (!kept || !kept.values) return;
    let changed = false;
    settled.forEach((n) => delete kept.values[n]);
    for (const [name, value] of Object.entries(kept.values)) {
      if (![...form.elements].some((el) => el.name === name)) continue;
      if (JSON.stringify(read(name)) === JSON.stringify(value)) continue;
      write(name, value);
      dirty.add(name);
      known([name], kept.seen ? kept.seen[name] ?? kept.seen[""] : kept.rev);
      changed = true;
    }
    if (!changed) { if (!held.size) put(null); return; }
    based(kept.rev); // what was typed then was typed over that revision: the server tells when somebody saved since
    say("busy", "restored");
    push();
  }).catch(() => { form.dataset.ready = "1"; });
})();
