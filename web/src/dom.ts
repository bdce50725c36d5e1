// Elements in one call, and numbers as readers want them.

type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = Record<string, unknown>;

/** An element: attributes as in HTML, `on…` as listeners, `class` and `style` as text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value as EventListener);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  add(made, children);
  return made;
}

function add(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function clear(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  add(parent, children);
}

/** A number with its unit; a dash where there is none. */
export function num(value: number | null | undefined, digits = 0, unit = ""): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toLocaleString("en-GB", {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  return unit ? `${text}\u00a0${unit}` : text;
}

export function metres(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) < 1000 ? num(value, 0, "m") : num(value / 1000, 1, "km");
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : num(100 * value, value < 0.1 ? 1 : 0, "%");
}

/** What a view shows while it loads, when there is nothing, and when something failed. */
export function notice(kind: "loading" | "empty" | "error", title: string, ...more: Child[]): HTMLElement {
  const role = kind === "error" ? "alert" : "status";
  return h("div", { class: `notice ${kind}`, role },
    kind === "loading" && h("span", { class: "spinner", "aria-hidden": "true" }),
    h("strong", {}, title), more.length ? h("div", {}, ...more) : null);
}

/** A table whose columns sort on a click; numbers first high, then low. */
export interface Head<Row> {
  title: string;
  unit?: string;
  text: (row: Row) => Child;
  sort?: (row: Row) => number | string;
  words?: boolean;
}

export function table<Row>(
  heads: Head<Row>[], rows: Row[], onPick?: (row: Row) => void, label = "",
): HTMLElement {
  const body = h("tbody");
  let sorted = -1;
  let down = true;
  const fill = (shown: Row[]): void => clear(body, shown.map((row) => {
    const cells = heads.map((head) => h("td", { class: head.words ? "words" : "" }, head.text(row)));
    const line = h("tr", onPick ? { tabindex: 0, class: "pick" } : {}, cells);
    if (onPick) {
      line.addEventListener("click", () => onPick(row));
      line.addEventListener("keydown", (e) => { if (e.key === "Enter") onPick(row); });
    }
    return line;
  }));
  const tops = heads.map((head, i) => {
    const name = [head.title, head.unit ? h("span", { class: "unit" }, ` ${head.unit}`) : null];
    const top = h("th", { scope: "col", class: head.words ? "words" : "" });
    if (!head.sort) { clear(top, name); return top; }
    clear(top, h("button", { class: "sort", onclick: () => {
      down = sorted === i ? !down : !head.words;
      sorted = i;
      const key = head.sort!;
      const order = [...rows].sort((p, q) => {
        const [a, b] = [key(p), key(q)];
        return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
      });
      tops.forEach((t, j) => t.setAttribute("aria-sort",
        j !== i ? "none" : down ? "descending" : "ascending"));
      fill(order);
    } }, name));
    return top;
  });
  fill(rows);
  return h("div", { class: "scroll" },
    h("table", { "aria-label": label }, h("thead", {}, h("tr", {}, tops)), body));
}
