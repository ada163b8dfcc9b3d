/* The tree editor without waiting for whole pages: the same POSTs, the answer put in place. Works without this file. */
(() => {
  const doc = document;
  const whole = (form, act) => {
    form.removeAttribute("aria-busy");
    const field = doc.createElement("input");
    [field.type, field.name, field.value] = ["hidden", "do", act];
    form.append(field);
    delete form.dataset.guard; // sent without the event that says so: not a page that is left
    form.submit();
  };
  const stops = (root) => [...root.querySelectorAll("input:not([type=hidden]), select, textarea, button:not([tabindex])")];
  const swap = async (form, act) => {
    const body = new FormData(form);
    body.set("do", act);
    form.setAttribute("aria-busy", "true");
    let fresh = null;
    try {
      const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
      fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("editor");
    } catch { /* no answer: the browser's own way says so */ }
    if (!fresh) { whole(form, act); return; }
    const old = doc.getElementById("editor"), was = doc.activeElement, at = stops(old).indexOf(was);
    old.replaceWith(fresh);
    search(fresh);
    if (at < 0) return;
    const pressed = was.name === "do" ? `[value="${CSS.escape(was.value)}"]` : "", named = was.name && `[name="${CSS.escape(was.name)}"]${pressed}`;
    ((named && fresh.querySelector(named)) || stops(fresh)[at] || stops(fresh).pop()).focus(); // what was removed leaves its place
  };
  doc.addEventListener("click", (e) => {
    const button = e.target.closest("[data-tree] button[name=do]");
    if (!button || button.value === "save") return;
    e.preventDefault();
    swap(button.form, button.value);
  });
  doc.addEventListener("change", (e) => {
    const form = e.target.closest("[data-tree]");
    if (form && e.target.matches("select") && !e.target.multiple && !e.target.name.startsWith("try-")) swap(form, "show");
  });
  // A box above the long menu of facts that leaves only what contains the typed words.
  const search = (root) => root.querySelectorAll("select[name$='-fact']").forEach((menu) => {
    const box = doc.createElement("input");
    box.type = "search";
    box.className = "st-filterbox";
    box.setAttribute("aria-label", menu.closest("form").dataset.search || "");
    box.placeholder = menu.closest("form").dataset.search || "";
    box.addEventListener("input", () => {
      const words = box.value.trim().toLowerCase();
      menu.querySelectorAll("option").forEach((o) => { o.hidden = !!words && !o.selected && !(o.textContent + o.value).toLowerCase().includes(words); });
      menu.querySelectorAll("optgroup").forEach((g) => { g.hidden = ![...g.children].some((o) => !o.hidden); });
    });
    box.addEventListener("keydown", (e) => { if (e.key === "Enter") e.preventDefault(); });
    menu.before(box);
  });
  const editor = doc.getElementById("editor");
  if (editor) search(editor);
})();
