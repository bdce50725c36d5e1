// Fields made from the JSON Schema of scenario files: names, units, limits and meanings are its.

import { h } from "../dom";

export type Path = (string | number)[];
export type Change = { path: Path; value: unknown };
type Put = (changes: Change[]) => void;

const UNITS: Record<string, string> = {
  m: "m", km: "km", s: "s", min: "min", h: "h", deg: "°", mps: "m/s", usd: "USD", kg: "kg", per_day: "a day", mrad: "mrad",
};

/** The alternative of a schema that a table's `model` names. */
export function alternative(schema: any, raw: any): any {
  if (!schema?.oneOf) return schema ?? {};
  return schema.oneOf.find((one: any) => one.properties?.model?.const === raw?.model) ?? schema.oneOf[0];
}

/** Of the keys that say one quantity in different units, the one that the file uses, or the first. */
function keys(schema: any, raw: any): string[] {
  const hidden = new Set<string>();
  for (const rule of schema.allOf ?? []) {
    const group: string[] = (rule.oneOf ?? []).flatMap((one: any) => one.required ?? []);
    const used = group.find((key) => raw?.[key] !== undefined) ?? group[0];
    for (const key of group) if (key !== used) hidden.add(key);
  }
  return Object.keys(schema.properties ?? {}).filter((key) => !hidden.has(key));
}

const PLAIN = ["number", "integer", "string", "boolean"];
const NO_FIELDS = new Set(["source", "grade", "model"]);

/** Fields for the plain values of a table. */
export function fields(schema: any, raw: any, path: Path, put: Put, only?: string[]): HTMLElement {
  const shown = keys(schema, raw).filter((key) => !NO_FIELDS.has(key) && (!only || only.includes(key)));
  return h("div", { class: "fields" }, shown.map((key) => {
    const about = schema.properties[key];
    if (!about.enum && !PLAIN.includes(about.type)) return null;
    return field(key, about, raw?.[key], (value) => put([{ path: [...path, key], value }]));
  }));
}

function field(key: string, about: any, value: unknown, put: (value: unknown) => void): HTMLElement {
  const [label, unit] = words(key);
  const hint = about.description ?? "";
  const default_ = about.default === undefined ? "" : String(about.default);
  let input: HTMLInputElement | HTMLSelectElement;
  if (about.enum) {
    input = h("select", { onchange: () => put(input.value) }, about.enum.map((v: string) => h("option", { value: v }, v)));
    input.value = String(value ?? about.default ?? "");
  } else if (about.type === "boolean") {
    input = h("input", { type: "checkbox", onchange: () => put((input as HTMLInputElement).checked) });
    input.checked = Boolean(value ?? about.default);
  } else {
    const number = about.type !== "string";
    input = h("input", {
      type: number ? "number" : "text", step: about.type === "integer" ? 1 : "any", min: about.minimum, max: about.maximum,
      placeholder: default_, "data-key": key,
      onchange: () => {
        const text = input.value.trim();
        if (text === "") put(null);
        else put(number ? Number(text) : text);
      },
    });
    input.value = value === undefined ? "" : String(value);
  }
  return h("label", { title: hint }, h("span", {}, label, unit ? h("span", { class: "unit" }, ` ${unit}`) : null), input);
}

function words(key: string): [string, string] {
  for (const [suffix, unit] of Object.entries(UNITS)) {
    if (key.endsWith(`_${suffix}`)) return [key.slice(0, -suffix.length - 1).replaceAll("_", " "), unit];
  }
  return [key.replaceAll("_", " "), ""];
}
