// Draws the figures of a page in the colours of its style sheet when they come near, and sorts its tables.
"use strict";
(() => {
  const places = Array.from(document.querySelectorAll(".chart"));
  const dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom"; // a finger scrolls the page
  const watcher = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && draw(target)), {
    rootMargin: "50%",
  });
  let figures = read();

  function read() {
    const style = getComputedStyle(document.documentElement);
    const coloured = (key, value) => {
      const name = typeof value === "string" && value.match(/^var\((--\w+)\)$/);
      return name ? style.getPropertyValue(name[1]).trim() : value;
    };
    const { texts, figures } = JSON.parse(document.getElementById("figures").textContent, coloured);
    for (const trace of figures.flatMap((figure) => figure.data)) {
      if (trace.hovertext) trace.hovertext = trace.hovertext.map((place) => texts[place]);
    }
    return figures;
  }

  function draw(place) {
    watcher.unobserve(place);
    const { data, layout } = figures[places.indexOf(place)];
    Plotly.react(place, data, { ...layout, dragmode }, { responsive: true, displayModeBar: false });
  }

  function redraw() {
    figures = read();
    places.filter((place) => place.data).forEach(draw); // Plotly's mark of those that it has drawn
  }

  function sortable(table) {
    const body = table.tBodies[0];
    table.querySelectorAll("th").forEach((head, column) => {
      const button = document.createElement("button");
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = Array.from(body.rows, (row) => ({ row, value: valueOf(row.cells[column]) }));
        rows.sort((one, other) => compared(one.value, other.value, up));
        body.append(...rows.map(({ row }) => row));
      });
    });
  }

  function valueOf(cell) {
    if ("n" in cell.dataset) return Number(cell.dataset.n);
    return cell.textContent.trim() || null;
  }

  // What is missing comes last, in whatever direction.
  function compared(one, other, up) {
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
    return up ? order : -order;
  }

  places.forEach((place) => watcher.observe(place));
  addEventListener("beforeprint", () => places.forEach(draw));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.querySelectorAll("table.sortable").forEach(sortable);
})();
