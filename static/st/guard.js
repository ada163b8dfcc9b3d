/* Whoever leaves a long form of the desk with unsaved text is asked first. All of a page that came back from the server unsaved
   counts as typed. */
(() => {
  const doc = document;
  const texts = (form) => [...new FormData(form)].map(([name, v]) => `${name}=${v instanceof File ? v.name + v.size : v}`).join("\n");
  const guarded = () => [...doc.querySelectorAll("form[data-guard]")];
  const begun = new WeakMap(guarded().filter((form) => form.dataset.guard !== "unsaved").map((form) => [form, texts(form)]));
  let leaving = 0; // when a form was sent: the page goes because of it
  addEventListener("beforeunload", (e) => {
    if (Date.now() - leaving > 8000 && guarded().some((form) => begun.get(form) !== texts(form))) e.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = 0; });
  doc.addEventListener("submit", (e) => {
    if (e.defaultPrevented || !("guard" in e.target.dataset) || (e.submitter && e.submitter.formTarget === "_blank")) return;
    leaving = Date.now();
  });
})();
