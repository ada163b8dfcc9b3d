/* Small conveniences; every page works without this file. */
(() => {
  const doc = document;
  const errors = doc.getElementById("errors");
  if (errors) errors.focus();
  // Counters of long texts.
  const count = (el) => {
    const box = doc.getElementById(`c-${el.id}`), most = +el.dataset.max;
    if (!box || !most) return;
    const n = [...el.value].length, over = n > most;
    box.classList.toggle("over", over);
    box.textContent = (over ? box.dataset.over : box.dataset.left).replace("{n}", n).replace("{m}", Math.abs(most - n)).replace("{max}", most);
  };
  doc.querySelectorAll("[data-max]").forEach(count);
  doc.addEventListener("input", (e) => { if (e.target.dataset && e.target.dataset.max) count(e.target); });
  // What a refused form had in it goes back into its fields; what finds no field stays readable above.
  const kept = doc.querySelector("[data-kept]");
  if (kept) {
    const form = [...doc.querySelectorAll("main form")].find((f) => f.method === "post" && new URL(f.action).pathname === kept.dataset.kept);
    const given = {};
    kept.querySelectorAll("[data-name]").forEach((d) => { (given[d.dataset.name] ??= []).push(d); });
    Object.entries(given).forEach(([name, lines]) => {
      const fields = form ? [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)] : [];
      fields.forEach((field, i) => {
        if (field.type === "checkbox" || field.type === "radio") field.checked = lines.some((d) => d.textContent === field.value);
        else if (lines[i]) field.value = lines[i].textContent;
        if (field.dataset.max) count(field);
      });
      if (fields.length) lines.forEach((d) => d.remove());
    });
    if (form && "guard" in form.dataset) form.dataset.guard = "unsaved";
    if (form) form.querySelectorAll("input:checked, textarea").forEach((f) => { for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; });
    if (form) for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (!kept.querySelector("[data-name]")) kept.remove();
  }
  // A form is sent once: a second click on its way does nothing.
  doc.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method !== "post" || e.defaultPrevented) return;
    const ask = e.submitter && e.submitter.dataset.confirm;
    // a faulty form is answered with its errors
    if (ask && form.checkValidity() && !window.confirm(ask)) { e.preventDefault(); return; }
    if (e.submitter && e.submitter.formTarget === "_blank") return; // the page stays, and so does what was typed
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  addEventListener("pageshow", () => doc.querySelectorAll("form[data-sent]").forEach((f) => { delete f.dataset.sent; }));
  // What belongs to a kind of field opens when this kind is chosen.
  doc.addEventListener("change", (e) => {
    if (e.target.matches("select")) doc.querySelectorAll(`details[data-for="${CSS.escape(e.target.id)}"]`).forEach((d) => { if (d.dataset.when.split(" ").includes(e.target.value)) d.open = true; });
  });
  // Uploads begin when a file is chosen.
  doc.addEventListener("change", (e) => {
    if (e.target.matches("[data-autosubmit]")) e.target.form.requestSubmit();
    const table = e.target.closest(".st-table");
    if (!table) return;
    if (e.target.matches("[data-all]")) table.querySelectorAll("[name=ids]").forEach((c) => { c.checked = e.target.checked; });
    const n = table.querySelectorAll("[name=ids]:checked").length, place = doc.querySelector("[data-n]");
    if (place) place.textContent = n;
  });
  let last = null;
  doc.addEventListener("click", (e) => {
    if (!e.target.matches("[name=ids]")) return;
    if (e.shiftKey && last) {
      const all = [...doc.querySelectorAll("[name=ids]")], a = all.indexOf(last), z = all.indexOf(e.target);
      all.slice(Math.min(a, z), Math.max(a, z) + 1).forEach((c) => { c.checked = e.target.checked; });
    }
    last = e.target;
  });
  // j / k / x inside a focused table.
  doc.addEventListener("keydown", (e) => {
    const box = e.target.closest && e.target.closest("[data-keys]");
    if (!box || e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input:not([type=checkbox]),textarea,select")) return;
    const rows = [...box.querySelectorAll("tbody tr")], i = rows.findIndex((r) => r.classList.contains("cur"));
    const go = (j) => {
      rows.forEach((r) => r.classList.remove("cur"));
      const row = rows[Math.max(0, Math.min(rows.length - 1, j))];
      row.classList.add("cur");
      const link = row.querySelector("th a, td a");
      if (link) link.focus();
    };
    if (e.key === "j") go(i + 1);
    else if (e.key === "k") go(i - 1);
    else if (e.key === "x" && i >= 0) { const c = rows[i].querySelector("[name=ids]"); if (c) c.click(); }
  });
})();
