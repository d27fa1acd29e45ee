// The live stream, and the truth about how live it is.

const STALE_AFTER = 5000;
// A connection whose other end has vanished looks open for many minutes; a new one tells.
const RECONNECT_AFTER = 15000;

/**
 * Reads the live stream until told otherwise.
 *
 * @param told called with an event's name and what it says
 * @param changed called each second and on every change with {state, age}: `live`, `stale` or
 *   `waiting`, and seconds since the last word (null before the first)
 * @param broken called when the stream broke, to find out whether a login is needed
 */
export class Stream {
  constructor(told, changed, broken) {
    this.told = told;
    this.changed = changed;
    this.broken = broken;
    this.last = null;
    setInterval(() => this.report(), 1000);
    // Browsers hold timers and sockets of sleeping tabs; say the truth at once on waking.
    document.addEventListener('visibilitychange', () => this.report());
  }

  open(cluster, metric) {
    this.close();
    const asked = new URLSearchParams();
    if (cluster) asked.set('cluster', cluster);
    if (metric) asked.set('metric', metric);
    this.address = `/api/v1/events?${asked}`;
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    this.source?.close();
    this.tried = performance.now();
    const source = new EventSource(this.address);
    this.source = source;
    for (const name of ['layout', 'cells', 'jobs', 'incidents']) {
      source.addEventListener(name, event => {
        if (source !== this.source) return;
        this.last = performance.now();
        this.told(name, JSON.parse(event.data));
        if (name === 'cells') this.report();
      });
    }
    source.addEventListener('error', () => {
      if (source !== this.source) return;
      this.broken();
      this.report();
      // The browser tries again by itself unless the answer was an error; then we do.
      if (source.readyState === EventSource.CLOSED) {
        this.retry = setTimeout(() => this.connect(), 3000);
      }
    });
  }

  close() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  report() {
    const now = performance.now();
    const age = this.last === null ? null : now - this.last;
    const quiet = now - Math.max(this.last ?? 0, this.tried ?? 0);
    if (this.source && quiet > RECONNECT_AFTER) this.connect();
    const state = age === null ? 'waiting' : age > STALE_AFTER ? 'stale' : 'live';
    this.changed({ state, age: age === null ? null : age / 1000 });
  }
}
