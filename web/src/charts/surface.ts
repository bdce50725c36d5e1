// A response over two factors as a coloured plane that tells the value under the mouse or crosshair.

import { h } from "../dom";
import { below, readout, shown, type Scale } from "./axis";
import { short } from "./lines";

export interface Surface {
  xs: number[]; ys: number[]; zs: (number | null)[]; sds: (number | null)[]; points: [number, number][];
  x: string; y: string; z: string; unit: string; at: string;
}

/** Cividis (Nuñez, Anderton and Renslow 2018): even in lightness for every eye. */
const RAMP = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"]
  .map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));

export function surface(s: Surface): HTMLElement {
  const [nx, ny] = [s.xs.length, s.ys.length];
  const known = s.zs.filter((v): v is number => v !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const canvas = h("canvas", { width: nx, height: ny });
  const g = canvas.getContext("2d")!;
  const picture = g.createImageData(nx, ny);
  s.zs.forEach((v, k) => {
    const [i, j] = [k % nx, Math.floor(k / nx)];
    picture.data.set([...ramp(((v ?? low) - low) / (high - low || 1)), 255], 4 * ((ny - 1 - j) * nx + i));
  });
  g.putImageData(picture, 0, 0);
  const across = axis(s.xs);
  const up = axis(s.ys);
  const says = readout("Point into the plane, or focus it and use the arrow keys, to read values.");
  const cross = h("i", { class: "cross", hidden: true });
  let [ci, cj] = [nx >> 1, ny >> 1];
  const tell = (i: number, j: number): void => {
    [ci, cj] = [Math.min(Math.max(i, 0), nx - 1), Math.min(Math.max(j, 0), ny - 1)];
    const k = cj * nx + ci;
    cross.hidden = false;
    cross.style.left = `${across.at(s.xs[ci])}%`;
    cross.style.bottom = `${up.at(s.ys[cj])}%`;
    says.tell(`${s.x} ${shown(s.xs[ci])}, ${s.y} ${shown(s.ys[cj])}: ${s.z} ${shown(s.zs[k])} ± ${shown(s.sds[k] === null ? null : 1.96 * s.sds[k]!)}${s.unit ? `\u00a0${s.unit}` : ""}`);
  };
  const leave = (): void => { cross.hidden = true; says.tell(null); };
  const plane = h("div", { class: "plane surface", tabindex: 0, role: "img", "aria-label": `${s.z} over ${s.x} and ${s.y}. Arrow keys read its values.`,
    onpointermove: (e: PointerEvent) => {
      const box = plane.getBoundingClientRect();
      tell(Math.round(((e.clientX - box.left) / box.width) * (nx - 1)), Math.round((1 - (e.clientY - box.top) / box.height) * (ny - 1)));
    },
    onpointerleave: leave, onblur: leave, onfocus: () => tell(ci, cj),
    onkeydown: (e: KeyboardEvent) => {
      const step = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, [number, number]>)[e.key];
      if (!step) return;
      e.preventDefault();
      e.stopPropagation();
      tell(ci + step[0], cj + step[1]);
    } },
  canvas, up.ticks.map((t) => h("span", { class: "tick-y", style: `bottom:${up.at(t)}%` }, short(t))),
  s.points.map(([x, y]) => h("i", { class: "seen", style: `left:${across.at(x)}%;bottom:${up.at(y)}%` })), cross);
  return h("div", { class: "dots-chart" }, h("p", { class: "quiet axis-y" }, `↑ ${s.y}`), plane, below(across, s.x),
    h("div", { class: "ramp" }, shown(low), h("i", { style: `background:linear-gradient(90deg, ${RAMP.map((c) => `rgb(${c.join(",")})`).join(",")})` }), shown(high, s.unit), ` ${s.z}`),
    says.element, s.at ? h("p", { class: "quiet" }, `At ${s.at}.`) : null);
}

function axis(values: number[]): Scale {
  const [low, high] = [values[0], values.at(-1)!];
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((u) => Number((low + u * (high - low)).toPrecision(3)));
  return { low, high, at: (v) => (100 * (v - low)) / (high - low), ticks };
}

function ramp(u: number): number[] {
  const at = Math.min(Math.max(u, 0), 1) * (RAMP.length - 1);
  const k = Math.min(Math.floor(at), RAMP.length - 2);
  return RAMP[k].map((c, i) => Math.round(c + (at - k) * (RAMP[k + 1][i] - c)));
}
