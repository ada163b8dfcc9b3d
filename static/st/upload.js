/* A material goes up in pieces: a cut line, a new log-in or a reloaded page goes on where it stopped. Without this file the plain form works. */
(() => {
  const MB = 1048576, list = document.querySelector("[data-uploads]");
  if (!list || !window.URLSearchParams) return;
  const t = list.dataset, sleep = (ms) => new Promise((r) => setTimeout(r, ms));
  const mb = (n) => (n / MB).toFixed(1);
  let line = Promise.resolve(), busy = 0, token = "", wake = () => {};
  class Told extends Error {}

  const say = (job, text) => { const p = job.form.querySelector("[data-say]"); p.textContent = text; p.hidden = !text; };
  const note = (job, text, aloud) => {
    job.text.textContent = text;
    if (aloud && job.said !== aloud) { job.said = aloud; job.live.textContent = text; }
  };
  const part = (tag, kind, text = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text });

  const call = (job, method, url, body, headers = {}, moved = () => {}) => new Promise((done) => {
    const xhr = new XMLHttpRequest();
    job.xhr = xhr;
    xhr.upload.onprogress = (e) => moved(e.loaded);
    xhr.timeout = 120000;
    xhr.onloadend = () => {
      let data = {};
      try { data = JSON.parse(xhr.responseText); } catch { /* a page of a proxy */ }
      if (data.token) token = data.token;
      done({ status: xhr.status, data });
    };
    xhr.open(method, url);
    for (const [k, v] of Object.entries({ Accept: "application/json", "X-CSRFToken": token, ...headers })) xhr.setRequestHeader(k, v);
    xhr.send(body);
  });

  /* Until the server has answered the question itself. What is only in the way is waited for, and said. */
  const ask = async (job, method, url, body, headers, moved) => {
    const pause = (n) => Promise.race([sleep(Math.min(1000 * 2 ** n, 15000)), new Promise((r) => { wake = r; })]);
    for (let tries = 0, denied = 0; ; tries++) {
      if (job.over) throw new Told("");
      const { status, data } = await call(job, method, url, body, headers, moved);
      if (job.over) throw new Told("");
      if (status >= 200 && status < 300 || status === 404 || status === 409 && "received" in data) return { status, data };
      const why = (data.reasons || []).join(" ");
      if (status === 401 || status === 403) {
        if (++denied > 3) throw new Told(why || t.failed);
        for (let n = 0, seen; (seen = await call(job, "GET", job.where || t.fresh)).status !== 200; n++) {
          if (job.over || seen.status === 404) throw new Told(job.over ? "" : t.failed);
          note(job, t.login, "login");
          await pause(n);
        }
        continue;
      }
      if (status && status < 500) throw new Told(why || t.failed);
      note(job, t.lost, "lost");
      await pause(tries);
    }
  };
  for (const one of ["online", "focus"]) window.addEventListener(one, () => wake());

  const shown = (job, sent) => {
    const all = job.file.size, percent = Math.floor(100 * sent / all);
    job.bar.value = sent;
    note(job, t.progress.replace("{percent}", percent).replace("{sent}", mb(sent)).replace("{all}", mb(all)), `at${Math.floor(percent / 20)}`);
  };
  const mark = async (file) => {
    if (!window.crypto?.subtle) return `t${file.lastModified}`;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  };
  const anew = async (id) => {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), item = page.getElementById(id);
    const side = document.querySelector(".st-side"), other = page.querySelector(".st-side");
    if (item && side && other) side.replaceWith(other);
    return item;
  };
  /* A file in quarantine is looked after for two minutes. Its words change alone: in the form beside them a file may just be chosen. */
  const watch = (id, n = 0) => {
    const item = document.getElementById(id);
    if (n > 24 || !item?.matches(".up")) return;
    setTimeout(async () => {
      const words = document.querySelector(`#${CSS.escape(id)} > span`);
      try {
        const other = !words.querySelector("[open]") && !words.contains(document.activeElement) && await anew(id);
        if (other && words.isConnected) {
          words.parentNode.className = other.className;
          words.replaceWith(other.querySelector(":scope > span"));
        }
      } catch { /* the line is cut */ }
      watch(id, n + 1);
    }, 5000);
  };
  const fresh = async (job, text) => {
    const id = job.form.closest("li").id, held = job.form.contains(document.activeElement), item = await anew(id);
    if (!item) { location.reload(); return; }
    document.getElementById(id).replaceWith(item);
    watch(id);
    document.getElementById("upload-said").textContent = text;
    if (held) item.querySelector("input[type=file]").focus();
  };

  const send = async (job) => {
    const { form, file } = job;
    token = token || form.querySelector("[name=csrfmiddlewaretoken]").value;
    note(job, t.reading, "reading");
    job.mark = job.mark || await mark(file);
    const begun = await ask(job, "POST", form.dataset.begin, new URLSearchParams({ name: file.name, size: file.size, mark: job.mark }));
    if (begun.status !== 200) throw new Told(t.failed);
    job.where = begun.data.url;
    for (let at = begun.data.received; at < file.size;) {
      shown(job, at);
      const body = await file.slice(at, at + begun.data.piece).arrayBuffer(), from = at;
      const { status, data } = await ask(job, "POST", job.where, body, { "X-Offset": from, "Content-Type": "application/octet-stream" },
        (n) => shown(job, Math.min(from + n, file.size)));
      if (status === 404) return false;
      at = data.received;
    }
    shown(job, file.size);
    note(job, t.checking, "checking");
    await ask(job, "POST", `${job.where}finish/`); // 404: the first try got through and its answer was lost
    return true;
  };
  const end = (job) => {
    if (!job.box.isConnected) return;
    job.box.remove();
    if (job.begun) job.form.after(job.begun);
    delete job.form.dataset.busy;
    busy -= 1;
  };
  const run = async (job) => {
    try {
      if (job.over) return;
      if (!await send(job) && !await send(job)) throw new Told(t.failed);
      end(job);
      await fresh(job, t.done.replace("{name}", job.file.name));
    } catch (error) {
      if (!job.over) say(job, error instanceof Told && error.message ? error.message : t.failed);
    } finally { end(job); }
  };
  const cancel = async (job) => {
    job.over = true;
    job.xhr?.abort();
    wake();
    end(job);
    const gone = job.where && await call({}, "POST", `${job.where}cancel/`);
    if (gone && [200, 404].includes(gone.status)) job.begun?.remove();
    document.getElementById("upload-said").textContent = t.cancelled;
    job.form.querySelector("input[type=file]").focus();
  };

  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("[data-upload]")) return;
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    e.preventDefault();
    if (form.dataset.busy) return;
    const job = { form, file, box: part("div", "st-up"), text: part("span", "st-small", t.queued), live: part("span", "st-vh") };
    if (file.size > +form.dataset.limit * MB) { say(job, form.dataset.large); return; }
    say(job, "");
    job.bar = Object.assign(document.createElement("progress"), { max: file.size || 1, value: 0 });
    job.bar.setAttribute("aria-label", file.name);
    job.text.setAttribute("aria-hidden", "true");
    job.live.setAttribute("aria-live", "polite");
    const stop = part("button", "st-link", t.cancel);
    stop.type = "button";
    stop.append(part("span", "st-vh", ` ${form.querySelector("label").textContent}`));
    stop.addEventListener("click", () => cancel(job));
    job.box.append(job.bar, job.text, job.live, stop);
    form.after(job.box);
    job.begun = form.parentNode.querySelector("[data-begun]")?.closest("form"); // its number would stand beside the running one
    job.begun?.remove();
    form.dataset.busy = "1"; // a disabled button would lose the focus it has
    busy += 1;
    line = line.then(() => run(job));
  }, true);
  for (const item of list.querySelectorAll("li.up")) watch(item.id);
  window.addEventListener("beforeunload", (e) => { if (busy) e.preventDefault(); });
})();
