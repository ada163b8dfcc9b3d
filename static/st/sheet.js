// The score sheet by keyboard: Ctrl+Enter saves and goes on, J and K turn pages outside fields; the sum follows the points.
(() => {
  const form = document.querySelector("[data-autosave]"), go = document.querySelector("[data-next]"), box = document.querySelector("[data-sum]");
  const sum = () => {
    const cents = [...form.querySelectorAll("[name^=v-]")].reduce((all, f) => all + (Math.round(parseFloat(f.value) * 100) || 0), 0);
    box.textContent = (cents / 100).toFixed(2);
  };
  if (form && box) { form.addEventListener("input", sum); sum(); }
  // An automatic save on its way comes first: its answer brings the revision that this one rests on.
  const save = document.getElementById("save"), saving = () => save.querySelector("[data-t]").textContent === save.dataset.busy;
  if (go) form.addEventListener("submit", (e) => {
    if (e.submitter !== go || !saving()) return;
    e.preventDefault();
    const again = () => (saving() ? setTimeout(again, 50) : form.requestSubmit(go));
    again();
  });
  addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter" && go) { e.preventDefault(); form.requestSubmit(go); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input,textarea,select")) return;
    const link = { j: "[data-j]", k: "[data-k]" }[e.key];
    if (link && document.querySelector(link)) document.querySelector(link).click();
  });
})();
