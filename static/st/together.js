// Who else is in this section: asked while the page is seen, and soon after another field is entered.
(() => {
  const box = document.getElementById("here"), form = document.querySelector("[data-autosave]");
  if (!box || !form) return;
  const EVERY = 20000, LEAST = 4000;
  let field = "", last = 0, timer = 0;
  const ask = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") return;
    timer = setTimeout(ask, EVERY);
    last = Date.now();
    try {
      const body = new URLSearchParams({ field, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
      const answer = await fetch(box.dataset.here, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const { text } = await answer.json();
      if (box.textContent !== text) box.textContent = text;
    } catch { /* the next one asks again */ }
  };
  const soon = (e) => {
    if (!e.target.name || e.target.type === "hidden") return;
    if (e.type === "focusin" && e.target.name === field) return;
    field = e.target.name;
    if (Date.now() - last < LEAST) { clearTimeout(timer); timer = setTimeout(ask, LEAST); } else ask();
  };
  form.addEventListener("focusin", soon);
  form.addEventListener("input", (e) => { if (e.isTrusted && Date.now() - last > LEAST) soon(e); });
  document.addEventListener("visibilitychange", ask);
  ask();
})();
