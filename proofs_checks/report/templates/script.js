"use strict";
document.documentElement.classList.add("js");

// Filter the theorems: table rows and sections carry the same data-name, data-verdict, data-area and data-kinds.
for (const form of document.querySelectorAll(".filters")) {
  const chips = [...form.querySelectorAll(".chip")];
  const [area, search, count] = [".by-area", ".by-text", ".count"].map((s) => form.querySelector(s));
  const items = [...document.querySelectorAll("[data-verdict][data-area]")];
  const apply = () => {
    const verdicts = chips.filter((c) => c.ariaPressed === "true").map((c) => c.value);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const d = item.dataset;
      item.hidden =
        (verdicts.length > 0 && !verdicts.includes(d.verdict)) ||
        (area.value !== "" && d.area !== area.value) ||
        !words.every((w) => d.text.includes(w));
      shown += item.tagName === "TR" && !item.hidden;
    }
    count.textContent = `${shown} shown`;
  };
  for (const chip of chips)
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      apply();
    });
  area.addEventListener("change", apply);
  search.addEventListener("input", apply);
}

// Sort a table by a column; data-sort holds the key where the text is not it.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.ariaSort === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.ariaSort = down ? "descending" : "ascending";
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
      const rows = [...table.tBodies[0].rows].sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }));
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
    });
  });
}

for (const button of document.querySelectorAll(".command button"))
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text); // a page from disk may not write to the clipboard
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 1600);
  });

// A link to a section shows it even while a filter hides it; paper shows everything.
addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.hidden) target.hidden = false;
  target?.scrollIntoView();
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => (d.open = true)));
