// The numbered event stream: it resumes after the last number seen, so that a broken connection loses nothing, and says when one must load anew.
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
    this.source.addEventListener("changed", (message) => this.take(message));
    this.source.addEventListener("reset", (message) => { this.last = Number(message.lastEventId) || this.last; this.waiting = []; this.tell({ kind: "reset" }); });
  }

  state(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.tell({ kind: "state", connected });
  }

  /** A notice gathers events: `{last, events}`. Numbers already seen (after a repeat) are left out. */
  take(message) {
    const number = Number(message.lastEventId);
    if (!number || number <= this.last) return;
    let notice;
    try { notice = JSON.parse(message.data); } catch { return; }
    const unseen = (notice.events ?? []).filter((event) => !event.number || event.number > this.last);
    this.last = number;
    for (const event of unseen) this.push(event);
  }

  /** At most four notices a second reach the screen. */
  push(event) {
    this.waiting.push(event);
    this.timer ||= setTimeout(() => { this.timer = 0; this.tell({ kind: "events", events: this.waiting.splice(0), last: this.last }); }, 250);
  }

  retry() { this.pause = 1000; this.open(); }
  close() { clearTimeout(this.again); clearTimeout(this.timer); this.source?.close(); }
}
