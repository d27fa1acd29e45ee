// The cluster as cells on a canvas: one tile per server, GPUs above, ports below.

import * as api from './api.js';
import { h, setText, show } from './dom.js';
import { cell, colours, rampColour, struck } from './glyphs.js';
import { gpuBox, hit, places, portBox, tileAt } from './places.js';
import { METRICS, celsius, megahertz, number, share, watts, bitsPerSecond } from './words.js';

const HIGHEST = 560;
// On a telephone one scrolls anyway; larger cells are worth it.
const HIGHEST_NARROW = 1400;
const NARROW = 600;
const DWELL = 150;

export class ClusterMap {
  /** @param chosen called with a server's name when one is chosen */
  constructor(parts, model, chosen) {
    Object.assign(this, parts);
    this.model = model;
    this.chosen = chosen;
    this.focused = 0;
    this.hovered = null;
    this.range = null;
    this.selected = null;
    new ResizeObserver(() => this.draw()).observe(this.box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    this.listen();
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener('pointermove', event => this.hover(event));
    canvas.addEventListener('pointerleave', () => this.leave());
    canvas.addEventListener('click', event => this.click(event));
    canvas.addEventListener('keydown', event => this.key(event));
    canvas.addEventListener('focus', () => this.focus(this.focused));
    canvas.addEventListener('blur', () => {
      this.leave();
      this.draw();
    });
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.grid
      ? hit(this.grid, this.model.hosts, event.clientX - box.left, event.clientY - box.top)
      : null;
  }

  hover(event) {
    const found = this.at(event);
    const key = found && `${found.host.at} ${found.gpu ?? ''} ${found.port ?? ''}`;
    this.canvas.classList.toggle('on-tile', found !== null);
    if (key === this.hoverKey) return;
    this.hoverKey = key;
    this.hovered = found;
    clearTimeout(this.dwell);
    if (!found) return this.leave();
    this.tell(found, null);
    this.dwell = setTimeout(() => this.ask(found), DWELL);
  }

  leave() {
    clearTimeout(this.dwell);
    this.hovered = null;
    this.hoverKey = null;
    show(this.tip, false);
  }

  /** Fills the tip with what REST knows of the server. */
  async ask(found) {
    try {
      const known = await api.host(found.host.host, this.model.cluster);
      if (this.hovered === found) this.tell(found, known);
    } catch {
      // The tip stays with what the stream told; the page says itself when the collector is away.
    }
  }

  click(event) {
    const found = this.at(event);
    if (!found) return;
    this.focused = found.host.at;
    this.chosen(found.host.host);
  }

  key(event) {
    const columns = this.grid?.columns ?? 1;
    const moves = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -this.focused,
      End: this.model.hosts.length - 1 - this.focused,
    };
    if (event.key in moves) {
      this.focus(this.focused + moves[event.key]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      const host = this.model.hosts[this.focused];
      if (host) this.chosen(host.host);
    } else {
      return;
    }
    event.preventDefault();
  }

  focus(at) {
    const last = this.model.hosts.length - 1;
    if (last < 0) return;
    this.focused = Math.min(last, Math.max(0, at));
    const found = { host: this.model.hosts[this.focused] };
    this.hovered = found;
    this.draw();
    this.tell(found, null);
    setText(this.words, this.hostWords(found.host));
    const tile = tileAt(this.grid, found.host);
    const top = this.canvas.getBoundingClientRect().top + tile.y;
    if (top < 0 || top + this.grid.tileHeight > innerHeight) {
      scrollBy({ top: top - innerHeight / 2, behavior: 'instant' });
    }
  }

  /** A server in one sentence, for those who don't see the map. */
  hostWords(host) {
    const state = this.model.hostState(host);
    const parts = [];
    host.gpus.forEach((index, i) => {
      const gpu = this.model.gpuState(host, i);
      if (gpu !== 'ok') parts.push(`GPU ${index} ${gpu}`);
    });
    host.ports.forEach((id, i) => {
      const port = this.model.portState(host, i);
      if (port !== 'ok') parts.push(`port ${id} ${port}`);
    });
    const rest = parts.length ? parts.join(', ') : `${host.gpus.length} GPUs and ${host.ports.length} ports ok`;
    return `${host.host}, ${state === 'ok' ? 'heard' : state}: ${rest}`;
  }

  /** Puts what is known of a place into the tip beside it. */
  tell(found, known) {
    const lines = this.lines(found, known);
    this.tip.replaceChildren(
      h('strong', {}, lines.title),
      h('span', { class: `state ${lines.state}` }, lines.state),
      ...lines.more.map(line => h('span', {}, line)),
    );
    show(this.tip, true);
    this.place(found);
  }

  lines({ host, gpu, port }, known) {
    if (gpu !== undefined) return this.gpuLines(host, gpu, known?.gpus[gpu]);
    if (port !== undefined) return this.portLines(host, port, known?.ports[port]);
    const more = known ? [`processors ${share(known.cpuMean)}`, `last heard ${number(known.ageSeconds)} s ago`] : [];
    const ranks = host.ranks.filter(rank => rank !== null);
    if (ranks.length) more.unshift(`ranks ${ranks[0]} to ${ranks.at(-1)}`);
    const state = this.model.hostState(host);
    return { title: host.host, state, more };
  }

  gpuLines(host, i, known) {
    const more = [];
    if (host.ranks[i] !== null) more.push(`rank ${host.ranks[i]} of ${this.model.jobNames[host.job[i]] ?? '?'}`);
    if (known) {
      more.push(`${celsius(known.temperatureCelsius)} · ${share(known.utilization)}`);
      more.push(`${megahertz(known.clockHertz)} · ${watts(known.powerWatts)}`);
      if (known.throttles.length) more.push(`held back: ${known.throttles.join(', ')}`);
    } else if (this.model.metric && this.model.value(host, i) !== null) {
      more.push(`${this.model.value(host, i)} ${METRICS[this.model.metric].unit}`);
    }
    return { title: `${host.host} · GPU ${host.gpus[i]}`, state: this.model.gpuState(host, i), more };
  }

  portLines(host, i, known) {
    const more = known
      ? [
          `in ${bitsPerSecond(known.receivedBytesPerSecond)}`,
          `out ${bitsPerSecond(known.transmittedBytesPerSecond)}`,
          `link ${bitsPerSecond(known.rateBytesPerSecond)}`,
        ]
      : [];
    return { title: `${host.host} · port ${host.ports[i]}`, state: this.model.portState(host, i), more };
  }

  place({ host, gpu, port }) {
    const tile = tileAt(this.grid, host);
    const box =
      gpu !== undefined
        ? gpuBox(this.grid, tile, gpu)
        : port !== undefined
          ? portBox(this.grid, tile, port)
          : { x: tile.x, y: tile.y, w: this.grid.tileWidth, h: this.grid.tileHeight };
    const left = Math.min(box.x, this.grid.width - this.tip.offsetWidth - 4);
    const below = box.y + box.h + 8;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${below}px`;
  }

  /** Shows which server the panel is about. */
  select(name) {
    this.selected = name;
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width || !this.model.hosts.length) return;
    this.grid = places(this.model.hosts, width, width < NARROW ? HIGHEST_NARROW : HIGHEST);
    const ratio = devicePixelRatio || 1;
    const { height } = this.grid;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const g = this.canvas.getContext('2d');
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const colour = colours(this.canvas);
    this.range = this.model.metric ? this.rangeOf(this.model.metric) : null;
    for (const host of this.model.hosts) this.tile(g, colour, host);
  }

  tile(g, colour, host) {
    const tile = tileAt(this.grid, host);
    const state = this.model.hostState(host);
    const { tileWidth, tileHeight, size } = this.grid;
    this.outline(g, colour, host, tile, state);
    if (this.grid.label) this.label(g, colour, host, tile, state);
    host.gpus.forEach((_, i) => {
      const box = gpuBox(this.grid, tile, i);
      cell(g, colour, this.model.gpuState(host, i), box.x, box.y, box.w, box.h, this.fill(colour, host, i));
    });
    host.ports.forEach((_, i) => {
      const box = portBox(this.grid, tile, i);
      const port = this.model.portState(host, i);
      // Beside a scale, what is well stands back.
      const fill = this.range && port === 'ok' ? colour.tile : null;
      cell(g, colour, port, box.x, box.y, box.w, box.h, fill);
    });
    if (!host.gpus.length && !host.ports.length) {
      cell(g, colour, state === 'ok' || state === 'slow' ? state : 'unknown', tile.x, tile.y + this.grid.label, tileWidth, size);
    }
    if (state === 'silent') {
      const top = this.grid.label;
      struck(g, colour.silent, tile.x - 1, tile.y + top - 1, tileWidth + 2, tileHeight - top + 2);
    }
  }

  fill(colour, host, i) {
    if (!this.range) return null;
    const value = this.model.value(host, i);
    if (value === null) return null;
    return rampColour(colour.ramp, (value - this.range.low) / (this.range.high - this.range.low));
  }

  /** A frame round servers that need a look, that have the focus, or that the panel shows. */
  outline(g, colour, host, tile, state) {
    const trouble =
      state === 'silent' || state === 'slow'
        ? state
        : (['faulty', 'slow', 'held'].find(worst => host.gpus.some((_, i) => this.model.gpuState(host, i) === worst)) ??
          host.ports.map((_, i) => this.model.portState(host, i)).find(port => port === 'down' || port === 'flapping'));
    const focused = document.activeElement === this.canvas && this.focused === host.at;
    const chosen = this.selected === host.host;
    if (!trouble && !focused && !chosen) return;
    g.strokeStyle = focused || chosen ? colour.accent : colour[trouble];
    g.lineWidth = focused || chosen ? 2 : 1.25;
    const reach = this.grid.space >= 14 ? 4 : 2;
    g.strokeRect(
      tile.x - reach + 0.5,
      tile.y - reach + 0.5,
      this.grid.tileWidth + 2 * reach - 1,
      this.grid.tileHeight + 2 * reach - 1,
    );
  }

  label(g, colour, host, tile, state) {
    g.font = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
    g.textBaseline = 'alphabetic';
    g.fillStyle = state === 'ok' ? colour.quiet : colour.text;
    const words = state === 'ok' || state === 'unknown' ? host.host : `${host.host} ${state}`;
    g.fillText(fitted(g, words, this.grid.tileWidth), tile.x, tile.y + 10);
  }

  /** The scale of the colours: what there is, but never so narrow that noise looks like news. */
  rangeOf(metric) {
    const { least, low, high } = METRICS[metric];
    if (low !== null) return { low, high };
    let min = Infinity;
    let max = -Infinity;
    for (const value of this.model.rows.values) {
      if (value === null) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    if (min > max) return null;
    const before = this.range?.metric === metric ? this.range : { low: min, high: max };
    min = Math.min(min, before.low);
    max = Math.max(max, before.high);
    const missing = Math.max(0, least - (max - min));
    return { metric, low: Math.floor(min - missing / 2), high: Math.ceil(max + missing / 2) };
  }
}

/** The end of a name is what tells servers apart. */
function fitted(g, words, width) {
  if (g.measureText(words).width <= width) return words;
  let left = words;
  while (left.length > 1 && g.measureText(`…${left}`).width > width) left = left.slice(1);
  return `…${left}`;
}
