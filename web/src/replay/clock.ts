// The clock of the replay: the one that both sides of a comparison follow.

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 20, 60];

export class Clock {
  playing = false;
  speed = 5;
  private last = 0;
  private listeners: (() => void)[] = [];

  constructor(public t: number, public end: number) {}

  on(listener: () => void): void { this.listeners.push(listener); }
  private tell(): void { for (const listener of this.listeners) listener(); }

  set(t: number): void {
    this.t = Math.min(Math.max(t, 0), this.end);
    this.tell();
  }

  setSpeed(speed: number): void { this.speed = speed; this.tell(); }

  toggle(playing = !this.playing): void {
    this.playing = playing && this.t < this.end;
    this.last = performance.now();
    if (this.playing) requestAnimationFrame(this.step);
    this.tell();
  }

  private step = (now: number): void => {
    if (!this.playing) return;
    // A slow machine shows fewer pictures, not slower rockets; a hidden page does not run ahead.
    const passed = Math.min((now - this.last) / 1000, 1);
    this.last = now;
    this.t = Math.min(this.t + passed * this.speed, this.end);
    if (this.t >= this.end) this.playing = false;
    this.tell();
    requestAnimationFrame(this.step);
  };
}

/** Clock time of the scenario, in its own offset. */
export class Calendar {
  private offset: number;
  private start: number;

  constructor(start: string) {
    const zone = /([+-])(\d\d):(\d\d)$/.exec(start);
    this.offset = zone ? (zone[1] === "-" ? -1 : 1) * (60 * +zone[2] + +zone[3]) * 60_000 : 0;
    this.start = Date.parse(start);
  }

  private at(t: number): Date { return new Date(this.start + 1000 * t + this.offset); }
  time(t: number, seconds = true): string { return this.at(t).toISOString().slice(11, seconds ? 19 : 16); }
  date(t: number): string {
    return this.at(t).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  }
  day(t: number): string { return this.at(t).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }); }
  zone(): string { return `UTC${this.offset < 0 ? "−" : "+"}${Math.abs(this.offset) / 3_600_000}`; }
  /** Seconds from the start to a full hour of the clock at or before t. */
  hour(t: number): number { return t - (this.at(t).getTime() % 3_600_000) / 1000; }
  /** Seconds since the start at a time such as 2021-05-11T18:00:00+03:00. */
  seconds(text: string): number { return (Date.parse(text) - this.start) / 1000; }
}
