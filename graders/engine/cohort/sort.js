"use strict";
// Clicking a header sorts its table; without this script the tables stand in the order in which they were written.
const value = (row, column, numeric) => {
  const cell = row.cells[column], text = cell.dataset.v ?? cell.textContent.trim();
  return numeric ? parseFloat(text) : text;
};
const compare = (a, b, numeric, sign) => {
  if (!numeric) return sign * a.localeCompare(b, "en", { numeric: true });
  if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b);  // what is undefined stands last, either way
  return sign * (a - b);
};
const sort = (table, header, column) => {
  const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1, numeric = header.classList.contains("n");
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map(row => [value(row, column, numeric), row]);
  rows.sort((a, b) => compare(a[0], b[0], numeric, sign));
  body.append(...rows.map(pair => pair[1]));
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, header, column));
    header.append(button);
  });
}
