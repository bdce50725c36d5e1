// Okabe and Ito's palette (2008): readers with any common colour blindness can tell it apart.
// Shape and words repeat what colour says.

export type RGB = [number, number, number];

export const OUTCOME: Record<string, { colour: RGB; label: string }> = {
  intercepted: { colour: [0, 114, 178], label: "intercepted" },
  leaked: { colour: [213, 94, 0], label: "on a protected place" },
  open: { colour: [140, 140, 140], label: "on open ground" },
  short: { colour: [230, 159, 0], label: "fell short" },
  sea: { colour: [86, 180, 233], label: "into the sea" },
};

export const TRACK: RGB = [204, 121, 167];
export const ROUND: RGB = [0, 158, 115];

/** Belief: from "falls on nothing" to "falls on a protected place". */
export function threatColour(p: number): RGB {
  const [low, high]: [RGB, RGB] = [[140, 140, 140], [213, 94, 0]];
  const f = Math.sqrt(Math.min(Math.max(p || 0, 0), 1));
  return low.map((v, i) => Math.round(v + f * (high[i] - v))) as RGB;
}

export function css([r, g, b]: RGB, alpha = 1): string {
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

/** Colours of curves and bars, by number. */
export function series(i: number): string {
  const first = dark() ? "#56b4e9" : "#0072b2";
  return [first, "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#8c8c8c"][i % 6];
}

/** Dashes of curves, by number: they repeat what colour says. */
export const DASHES: (number[] | undefined)[] = [undefined, [8, 4], [3, 3], [10, 3, 2, 3], [14, 4], [2, 5]];

export function dark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

export function mapColours(): Record<string, string> {
  return dark()
    ? { sea: "#10202e", land: "#1c2b38", border: "#6b7b88", area: "#d7a14a", place: "#40566a", text: "#d7e1e8" }
    : { sea: "#dce8f0", land: "#f4f1ea", border: "#777777", area: "#8a6d2f", place: "#cfc6b4", text: "#37414a" };
}
