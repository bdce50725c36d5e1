// Requests to the server, and the reader of its columns (web/columns.py).

export class Failed extends Error {
  constructor(public status: number, message: string, public lines: string[]) { super(message); }
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response;
  let lines = [`the server answered ${response.status}`];
  try {
    const said = await response.json();
    if (Array.isArray(said.errors)) lines = said.errors;
    else if (typeof said.detail === "string") lines = [said.detail];
  } catch { /* no JSON: the status says it */ }
  if (response.status === 401 && !response.url.endsWith("/api/login")) window.dispatchEvent(new Event("opendome:token"));
  throw new Failed(response.status, lines[0], lines);
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Failed(0, "the server does not answer; is `opendome serve` still running?",
      ["the server does not answer; is `opendome serve` still running?"]);
  }
  return answered(response);
}

export async function get<T = any>(path: string): Promise<T> {
  return (await ask(path)).json();
}

export async function send<T = any>(method: string, path: string, body?: unknown): Promise<T> {
  const said = body === undefined ? {} : {
    headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  return (await ask(path, { method, ...said })).json();
}

/** A table: `rows`, and an array for each column. */
export type Table = any;

const ARRAYS = {
  f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array,
} as const;

/** Columns as arrays over the answer's own memory; `NAME_words` holds the words of a code. */
export async function columns(path: string): Promise<Record<string, any>> {
  const buffer = await (await ask(path)).arrayBuffer();
  const magic = new TextDecoder().decode(new Uint8Array(buffer, 0, 4));
  if (magic !== "ODC1") throw new Failed(0, "the server's answer is not in the known format", []);
  const size = new DataView(buffer).getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const tables: Record<string, any> = {};
  for (const [name, said] of Object.entries<any>(head.tables)) {
    const made: any = { rows: said.rows };
    for (const column of said.columns) {
      const Kind = ARRAYS[column.type as keyof typeof ARRAYS];
      made[column.name] = new Kind(buffer, 8 + size + column.offset, said.rows);
      if (column.words) made[`${column.name}_words`] = column.words;
    }
    tables[name] = made;
  }
  return tables;
}
