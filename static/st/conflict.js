// Two texts for one place. The application's server sends the panel with the choice; other forms get theirs below the field.
export function show(form, box, answer, mine, write) {
  if (answer.html) {
    const place = document.getElementById("conflicts");
    place.innerHTML = answer.html;
    place.scrollIntoView({ block: "nearest" });
    return;
  }
  for (const [name, theirs] of Object.entries(answer.values)) {
    const el = [...form.elements].find((one) => one.name === name);
    if (!el || !(name in mine) || JSON.stringify(theirs) === JSON.stringify(mine[name])) continue;
    let note = document.getElementById(`other-${name}`);
    if (!note) {
      note = document.createElement("div");
      note.id = `other-${name}`; note.className = "st-note"; note.setAttribute("role", "alert");
      el.closest(".st-field").append(note);
    }
    const head = document.createElement("p"), text = document.createElement("blockquote"), take = document.createElement("button");
    head.textContent = box.dataset.theirs; text.textContent = theirs;
    take.type = "button"; take.className = "st-btn st-btn--2 st-btn--s"; take.textContent = box.dataset.take;
    take.onclick = () => { write(name, theirs); note.remove(); el.focus(); };
    note.replaceChildren(head, text, take);
  }
}
