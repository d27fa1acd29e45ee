// The cluster as the live stream tells it: rows of numbers, one per cell, in the layout's order.

export const HOST_STATES = ['unknown', 'ok', 'stopped', 'silent', 'slow'];
export const GPU_STATES = ['unknown', 'ok', 'slow', 'held', 'faulty'];
export const PORT_STATES = ['unknown', 'ok', 'down', 'flapping'];
const STEPS_KEPT = 256;

export class Model {
  constructor() {
    this.forget();
  }

  /** As if nothing had been told yet, as when another cluster is chosen. */
  forget() {
    this.hosts = [];
    this.jobNames = [];
    this.rows = { hosts: [], gpus: [], ports: [], values: [] };
    this.metric = null;
    this.headline = null;
    this.mood = 'waiting';
    this.memory = '';
    this.time = null;
    this.jobs = [];
    this.incidents = new Map();
    this.open = 0;
  }

  /** Takes one event of the stream. */
  take(name, said) {
    if (name === 'layout') this.layout(said);
    else if (name === 'cells') this.cells(said);
    else if (name === 'jobs') this.jobs = said.jobs.map(job => this.joined(job));
    else if (name === 'incidents') this.takeIncidents(said);
  }

  layout(said) {
    this.cluster = said.cluster;
    this.jobNames = said.jobs;
    let gpu = 0;
    let port = 0;
    this.hosts = said.hosts.map((host, at) => {
      const placed = { ...host, at, gpu, port };
      gpu += host.gpus.length;
      port += host.ports.length;
      return placed;
    });
    this.rows = { hosts: [], gpus: [], ports: [], values: [] };
  }

  cells(said) {
    this.time = said.time;
    this.headline = said.headline;
    this.mood = said.mood;
    this.memory = said.memory ?? '';
    if (said.metric !== this.metric) this.rows.values = [];
    this.metric = said.metric ?? null;
    for (const name of Object.keys(this.rows)) {
      const row = said[name];
      if (row?.all) this.rows[name] = row.all;
      else row?.at.forEach((place, i) => (this.rows[name][place] = row.to[i]));
    }
  }

  /** A job with the steps that were told before. */
  joined(job) {
    const before = job.more
      ? this.jobs.find(known => known.job === job.job && known.attempt === job.attempt)
      : null;
    return { ...job, steps: [...(before?.steps ?? []), ...job.steps].slice(-STEPS_KEPT) };
  }

  takeIncidents(said) {
    if (!said.more) this.incidents.clear();
    this.open = said.open;
    said.incidents.forEach(incident => this.incidents.set(incident.id, incident));
  }

  hostState(host) {
    return HOST_STATES[this.rows.hosts[host.at]] ?? 'unknown';
  }

  gpuState(host, i) {
    return GPU_STATES[this.rows.gpus[host.gpu + i]] ?? 'unknown';
  }

  portState(host, i) {
    return PORT_STATES[this.rows.ports[host.port + i]] ?? 'unknown';
  }

  /** The value that cells are coloured by; null when it is not known. */
  value(host, i) {
    return this.rows.values[host.gpu + i] ?? null;
  }

  /** Open incidents, worst and newest first, then those that are over, newest first. */
  sortedIncidents() {
    const worst = { critical: 0, warning: 1, info: 2 };
    const all = [...this.incidents.values()];
    const open = all
      .filter(one => one.state === 'open')
      .sort((a, b) => worst[a.severity] - worst[b.severity] || b.onset.localeCompare(a.onset));
    const over = all
      .filter(one => one.state !== 'open')
      .sort((a, b) => (b.resolved ?? '').localeCompare(a.resolved ?? ''));
    return { open, over };
  }
}
