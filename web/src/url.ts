// The address says what is shown, so that a link opens the same view.

export type State = Record<string, string>;

export function read(): State {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** Change some of the address; an empty value takes a key out. */
export function write(changes: Record<string, string | number | null | undefined>, push = false): void {
  const search = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") search.delete(key);
    else search.set(key, String(value));
  }
  const text = search.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  const url = location.pathname + (text ? `?${text}` : "");
  if (url === location.pathname + location.search) return;
  if (push) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}
