// The numbered event stream: resumes after the last number, fetches what is missing, and says when one must load anew.
export class Stream {
  /** `event`: number of the newest event already seen; `tell` gets `{kind: "events" | "state" | "reset", …}`. */
  constructor(event, tell) {
    this.last = Number(event) || 0;
    this.tell = tell;
    this.waiting = [];
    this.timer = 0;
    this.pause = 1000;
    this.connected = false;
    this.open();
  }

  open() {
    clearTimeout(this.again);
    this.source?.close();
    // EventSource repeats Last-Event-ID only within its own life: the first number goes into the address.
    this.source = new EventSource(`/app/events?after=${this.last}`);
    this.source.onopen = () => { this.pause = 1000; this.state(true); };
    this.source.onerror = () => {
      this.state(false);
      this.source.close();
      this.again = setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 2, 15000);
    };
    this.source.onmessage = (message) => this.take(message);
    this.source.addEventListener("reset", (message) => { this.last = Number(message.lastEventId || message.data) || this.last; this.waiting = []; this.tell({ kind: "reset" }); });
  }

  state(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.tell({ kind: "state", connected });
  }

  async take(message) {
    const number = Number(message.lastEventId);
    if (!number || number <= this.last) return;
    let event;
    try { event = JSON.parse(message.data); } catch { event = {}; }
    // Several events may be folded into one notice: `from` is the first number it stands for.
    const from = Number(event.from ?? number);
    if (this.last && from > this.last + 1) await this.gap(this.last, from);
    this.last = Math.max(this.last, number);
    this.push(event);
  }

  /** Fetches the events between two numbers. */
  async gap(after, before) {
    try {
      const response = await fetch(`/app/events/gap?after=${after}&before=${before}`);
      if (response.status === 410) { this.tell({ kind: "reset" }); return; }
      if (response.ok) for (const event of (await response.json()).events ?? []) this.push(event);
    } catch { /* the stream itself will break and resume after the last number */ }
  }

  /** At most four notices a second reach the screen. */
  push(event) {
    this.waiting.push(event);
    this.timer ||= setTimeout(() => { this.timer = 0; this.tell({ kind: "events", events: this.waiting.splice(0), last: this.last }); }, 250);
  }

  retry() { this.pause = 1000; this.open(); }
  close() { clearTimeout(this.again); clearTimeout(this.timer); this.source?.close(); }
}
