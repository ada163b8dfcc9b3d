/* Uploads show how far they are; too big a file is refused before it is sent. Without this file the plain form works. */
(() => {
  const say = (form, text) => {
    const place = form.querySelector("[data-say]");
    if (place) { place.textContent = text; place.hidden = !text; }
  };
  const fresh = (form, xhr) => {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html"), id = form.closest("li").id;
    if (!page.getElementById(id)) { location.assign(xhr.responseURL); return; }
    document.body.replaceWith(page.body);
    const line = document.getElementById(id), next = line.querySelector("input[type=file]");
    line.scrollIntoView({ block: "center" });
    (next || document.getElementById("main")).focus();
  };
  const send = (form, file) => {
    const bar = document.createElement("progress"), xhr = new XMLHttpRequest();
    bar.max = file.size || 1; bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    form.append(bar);
    const failed = () => { bar.remove(); delete form.dataset.busy; say(form, form.dataset.failed); };
    xhr.upload.onprogress = (e) => { bar.value = Math.min(e.loaded, bar.max); };
    xhr.onload = () => { if (xhr.status < 400) fresh(form, xhr); else failed(); };
    xhr.onerror = failed;
    xhr.open("POST", form.action);
    xhr.send(new FormData(form));
    form.dataset.busy = "1"; // a disabled button would lose the focus it has
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("[data-upload]") || !window.FormData) return;
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    e.preventDefault();
    if (form.dataset.busy) return;
    if (file.size > +form.dataset.limit * 1048576) { say(form, form.dataset.large); return; }
    say(form, "");
    send(form, file);
  }, true);
})();
