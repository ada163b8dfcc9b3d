/* Text of a long desk form that was typed and not saved stays in this browser, and is offered back when the page is opened again.
   data-keep names person and page; the hidden field "base" is the version that was begun from. Works without this file. */
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const key = `keguan:${form.dataset.keep}`, base = form.elements.base ? +form.elements.base.value : 0, DAYS = 7 * 86400000;
  const fields = () => [...form.elements].filter((el) => el.name && !["hidden", "file", "submit", "button"].includes(el.type) && el.name !== "template");
  const values = () => {
    const found = {};
    for (const el of fields()) {
      const list = found[el.name] ??= [];
      if (el.type === "checkbox" || el.type === "radio") { if (el.checked) list.push(el.value); } else list.push(el.value);
    }
    return found;
  };
  const filled = () => [...form.querySelectorAll("[name=filled]")].map((el) => el.value).join();
  const now = (more) => ({ base, filled: filled(), at: Date.now(), values: values(), ...more });
  const store = (value) => { try { if (value) localStorage.setItem(key, JSON.stringify(value)); else localStorage.removeItem(key); } catch { /* full or forbidden: the page works as before */ } };
  const stored = () => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const texts = (some) => Object.values(some).flat().filter((text) => text.trim() && text !== "on");
  const put = (kept) => {
    const left = { ...kept };
    for (const el of fields()) {
      if (!(el.name in kept)) continue;
      if (el.type === "checkbox" || el.type === "radio") el.checked = kept[el.name].includes(el.value);
      else if (kept[el.name].length) [el.value] = kept[el.name];
      delete left[el.name];
      el.dispatchEvent(new Event("input", { bubbles: true }));
    }
    for (const d of form.querySelectorAll("details")) d.open = true;
    return texts(left);
  };
  const offer = (kept) => {
    const note = document.createElement("div"), words = document.createElement("p"), act = document.createElement("p");
    note.className = "st-note st-gap-s"; note.setAttribute("role", "status"); note.id = "kept-text"; act.className = "st-actions st-actions--top";
    words.textContent = form.dataset.offer.replace("{at}", new Date(kept.at).toLocaleString()) + (kept.base < base ? ` ${form.dataset.newer}` : "");
    const button = (text, then) => { const b = document.createElement("button"); b.type = "button"; b.className = "st-btn st-btn--2 st-btn--s"; b.textContent = text; b.onclick = then; act.append(b); };
    button(form.dataset.back, () => {
      // Lines are found by their place: other ready-made contents on the page make other places, so then it is only shown.
      const left = kept.filled === filled() ? put(kept.values) : texts(kept.values), rest = document.createElement("blockquote");
      rest.className = "st-kept"; rest.textContent = left.join("\n"); // lines the page has no boxes for stay readable
      if (left.length) note.replaceChildren(rest); else note.remove();
      fields()[0]?.focus(); // the button that was pressed is gone
    });
    button(form.dataset.drop, () => { store(null); note.remove(); fields()[0]?.focus(); });
    note.append(words, act);
    form.before(note);
  };
  if (form.dataset.guard !== "unsaved") {
    const kept = stored();
    // Sent, and a newer version by this person stands: it arrived. Otherwise it may be the only copy.
    if (kept && kept.values && Date.now() - kept.at < DAYS && !(kept.sent && base > kept.base && "mine" in form.dataset) && JSON.stringify(kept.values) !== JSON.stringify(values())) offer(kept);
    else store(null);
  } else store(now()); // came back unsaved: this page is the only copy
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => store(now()), 400); });
  form.addEventListener("submit", (e) => {
    clearTimeout(timer);
    const away = e.submitter && (e.submitter.formTarget === "_blank" || e.submitter.value === "fill");
    store(now({ sent: !away }));
  });
  addEventListener("pagehide", () => { if (timer && !(stored() || {}).sent) store(now()); });
})();
