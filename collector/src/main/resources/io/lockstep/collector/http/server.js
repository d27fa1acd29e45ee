// The panel about one server: all that is known, with units.

import * as api from './api.js';
import { byId, h, show } from './dom.js';
import * as words from './words.js';

const EVERY = 2000;

export class ServerPanel {
  /** @param changed called with the server's name, or null when the panel is closed */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.panel = byId('panel');
    this.name = null;
    document.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this.name) this.close();
    });
  }

  open(name) {
    if (!this.name) this.before = document.activeElement;
    this.name = name;
    this.title = h('h2', { id: 'panel-title' }, name);
    this.body = h('div', { class: 'panel-body' }, h('p', { class: 'quiet' }, 'asking…'));
    const close = h('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: () => this.close() }, '✕');
    this.panel.replaceChildren(h('header', {}, this.title, h('span', { class: 'space' }), close), this.body);
    show(this.panel, true);
    this.panel.focus({ preventScroll: true });
    this.changed(name);
    clearInterval(this.timer);
    this.timer = setInterval(() => this.ask(), EVERY);
    this.ask();
  }

  close() {
    clearInterval(this.timer);
    this.name = null;
    show(this.panel, false);
    this.changed(null);
    this.before?.focus?.({ preventScroll: true });
  }

  async ask() {
    const name = this.name;
    if (document.hidden || !this.model.cluster) return; // not told yet which one
    try {
      const known = await api.host(name, this.model.cluster);
      if (this.name === name) this.draw(known);
    } catch (problem) {
      if (this.name === name) this.body.replaceChildren(h('p', { class: 'error' }, problem.message));
    }
  }

  draw(host) {
    const kept = this.body.scrollTop;
    this.body.replaceChildren(
      h('p', { class: `state-line ${host.state}` }, stateWords(host)),
      ...this.incidents(host),
      h('h3', {}, 'Server'),
      facts(host),
      ...section('GPUs', gpuTable(host.gpus), host.gpus.length),
      ...section('Ports', portTable(host.ports), host.ports.length),
      ...section('Not as the inventory says', differenceTable(host.differences), host.differences.length),
      ...section('Site checks', checkTable(host.checks), host.checks.length),
    );
    this.body.scrollTop = kept;
  }

  incidents(host) {
    const open = this.model.sortedIncidents().open.filter(one => one.host === host.host);
    return open.map(one => h('p', { class: `hint ${one.severity}` }, one.summary));
  }
}

const section = (title, table, length) => (length ? [h('h3', {}, title), h('div', { class: 'scroll' }, table)] : []);

function stateWords(host) {
  const age = words.span(host.ageSeconds);
  return {
    ok: `Heard ${age} ago`,
    slow: `Slow: its ranks hold the others up. Heard ${age} ago`,
    silent: `Silent: last heard ${age} ago`,
    stopped: `Its agent was stopped ${age} ago`,
    unknown: 'Not heard yet',
  }[host.state];
}

function facts(host) {
  const all = [
    ['processors', `${words.share(host.cpuMean)}, busiest ${words.share(host.cpuMax)}`],
    ['load over a minute', words.number(host.load1m)],
    ['memory in use', words.bytes(host.memoryUsedBytes)],
    ['memory available', words.bytes(host.memoryAvailableBytes)],
    ['clock', offset(host.clockOffsetSeconds)],
  ];
  return h('dl', {}, ...all.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function offset(value) {
  if (value === undefined) return words.UNKNOWN;
  if (Math.abs(value) < 0.1) return 'right (within 0.1 s)';
  return `${words.seconds(Math.abs(value))} ${value > 0 ? 'ahead' : 'behind'}`;
}

function table(heads, rows, kind) {
  return h(
    'table',
    { class: kind },
    h('thead', {}, h('tr', {}, ...heads.map(head => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...rows),
  );
}

function gpuTable(gpus) {
  const heads = ['GPU', 'state', 'temperature', 'busy', 'clock', 'power', 'memory', 'rank', 'age'];
  const rows = gpus.map((gpu, i) =>
    h(
      'tr',
      { class: gpu.state, title: gpu.id },
      h('th', { scope: 'row' }, words.number(gpu.index ?? i)),
      h('td', {}, h('span', { class: `state ${gpu.state}` }, gpu.state), gpu.throttles.length ? h('small', {}, gpu.throttles.join(', ')) : null),
      ...[
        words.celsius(gpu.temperatureCelsius),
        words.share(gpu.utilization),
        words.megahertz(gpu.clockHertz),
        words.watts(gpu.powerWatts),
        words.bytes(gpu.memoryUsedBytes),
        gpu.rank === undefined ? words.UNKNOWN : `${gpu.rank}`,
        words.span(gpu.ageSeconds),
      ].map(text => h('td', {}, text)),
    ),
  );
  return table(heads, rows);
}

function portTable(ports) {
  const heads = ['port', 'state', 'link', 'in', 'out', 'times down (12 h)', 'symbol errors (1 min)', 'age'];
  const rows = ports.map(port =>
    h(
      'tr',
      { class: port.state },
      h('th', { scope: 'row' }, port.id),
      h('td', {}, h('span', { class: `state ${port.state}` }, port.state), port.up === false ? h('small', {}, 'down now') : null),
      ...[
        words.bitsPerSecond(port.rateBytesPerSecond),
        words.bitsPerSecond(port.receivedBytesPerSecond),
        words.bitsPerSecond(port.transmittedBytesPerSecond),
        words.number(port.timesDown),
        words.number(port.symbolErrors),
        words.span(port.ageSeconds),
      ].map(text => h('td', {}, text)),
    ),
  );
  return table(heads, rows);
}

/** What changed before the collector was started nobody knows any more. */
const since = time => (time === undefined ? words.UNKNOWN : words.clockTime(time, Date.now()));

/** Those that matter first; the line that a check wrote is foreign text, as long as it likes. */
function checkTable(checks) {
  const order = ['critical', 'warning', 'unknown', 'ok'];
  const sorted = checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const rows = sorted.map(check =>
    h(
      'tr',
      { class: check.state },
      h('th', { scope: 'row' }, check.name),
      h('td', {}, h('span', { class: `state check-${check.state}` }, check.state.toUpperCase())),
      h('td', { title: check.since }, since(check.since)),
      h('td', {}, words.span(check.ageSeconds)),
      h('td', { class: 'line' }, check.output || words.UNKNOWN),
    ),
  );
  return table(['check', 'state', 'since', 'age', 'what it wrote when it changed'], rows, 'lines');
}

function differenceTable(differences) {
  const rows = differences.map(one =>
    h(
      'tr',
      { title: one.words },
      h('th', { scope: 'row' }, one.item),
      h('td', { class: 'line' }, one.expected ?? words.UNKNOWN, h('small', {}, one.declared ? 'declared' : 'learnt')),
      h('td', { class: 'line' }, one.found === '' ? 'nothing' : (one.found ?? words.UNKNOWN)),
      h('td', { title: one.since }, since(one.since)),
    ),
  );
  return table(['item', 'should be', 'is', 'since'], rows, 'lines');
}
