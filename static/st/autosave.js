// Three nets under every keystroke: IndexedDB at once, the server after a pause, a last request when the page is hidden.
(() => {
  const form = document.querySelector("[data-autosave]");
  if (!form) return;
  const url = form.dataset.autosave, key = form.dataset.key, box = document.getElementById("save");
  const say = (state, name, extra = "") => { box.dataset.state = state; box.querySelector("[data-t]").textContent = box.dataset[name] + extra; };
  const PAUSE = 800, MOST = 5000;
  let rev = +form.dataset.rev, timer = 0, first = 0, busy = false, wait = 1000;
  const dirty = new Set();
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
    if (busy || !dirty.size) return;
    if (!navigator.onLine) { say("off", "offline"); return; }
    busy = true; first = 0;
    const sent = new Set(dirty), body = values(sent);
    dirty.clear();
    say("busy", "busy");
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const r = await fetch(url, { method: "POST", keepalive: keepalive === true, headers: { "Content-Type": "application/json", "X-CSRFToken": token, "X-Autosave": "1", Accept: "application/json" }, body: JSON.stringify({ rev, values: body }) });
      if (r.redirected || r.status === 401 || r.status === 403) throw new Error("auth");
      if (r.status === 409) { conflict(await r.json(), body); return; }
      if (r.status === 422) { refused(await r.json(), sent); return; }
      if (!r.ok) throw new Error("server");
      const answer = await r.json();
      based(answer.rev); wait = 1000;
      say("ok", "saved", ` ${answer.at}`);
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
    box.querySelector("[data-t]").textContent = (answer.reasons || []).join(" ");
  }
  function conflict(answer, mine) {
    // Both texts stay: the field keeps what this person typed, theirs stands below it to compare and take.
    const base = rev;
    based(answer.rev);
    say("bad", "conflict");
    for (const [name, theirs] of Object.entries(answer.values)) {
      const el = [...form.elements].find((one) => one.name === name);
      if (!el || !(name in mine) || JSON.stringify(theirs) === JSON.stringify(mine[name])) continue;
      let note = document.getElementById(`other-${name}`);
      if (!note) { note = document.createElement("div"); note.id = `other-${name}`; note.className = "st-note"; note.setAttribute("role", "alert"); el.closest(".st-field").append(note); }
      const head = document.createElement("p"), text = document.createElement("blockquote"), take = document.createElement("button");
      head.textContent = box.dataset.theirs; text.textContent = theirs; take.type = "button"; take.className = "st-btn st-btn--2 st-btn--s"; take.textContent = box.dataset.take;
      take.onclick = () => { write(name, theirs); note.remove(); el.focus(); };
      note.replaceChildren(head, text, take);
    }
    Object.keys(mine).forEach((n) => dirty.add(n));
    put({ rev: base, values: mine }).catch(() => {});
  }
  form.addEventListener("input", (e) => {
    const name = e.target.name;
    if (!name || name === "csrfmiddlewaretoken" || e.target.type === "file" || !e.isTrusted && !form.dataset.ready) return;
    dirty.add(name);
    put({ rev, values: values(dirty) }).catch(() => say("off", "nolocal"));
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
  get().then((kept) => {
    form.dataset.ready = "1";
    if (!kept || !kept.values) return;
    let changed = false;
    for (const [name, value] of Object.entries(kept.values)) {
      if (![...form.elements].some((el) => el.name === name)) continue;
      if (JSON.stringify(read(name)) === JSON.stringify(value)) continue;
      write(name, value);
      dirty.add(name);
      changed = true;
    }
    if (!changed) { put(null); return; }
    based(kept.rev); // what was typed then was typed over that revision: the server tells when somebody saved since
    say("busy", "restored");
    push();
  }).catch(() => { form.dataset.ready = "1"; });
})();
