// A click on the head of a column sorts its table: figures from the highest, words from A; a second click turns it round.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const value = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const rows = [...body.rows], figures = rows.every((row) => typeof value(row, place) === "number");
      const turned = head.getAttribute("aria-sort") === (figures ? "descending" : "ascending");
      const up = figures === turned;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      rows.sort((one, other) => {
        const [a, b] = [value(one, place), value(other, place)];
        const order = figures ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
        return up ? order : -order;
      });
      body.append(...rows);
    });
  });
}
