// What the colours and shapes of the map mean, with how many there are of each.

import { h } from './dom.js';
import { cell, colours, rampColour, struck } from './glyphs.js';
import { METRICS } from './words.js';

const SIZE = 14;

export function legend(element, model, range) {
  const colour = colours(element);
  const parts = range ? [scale(colour, range, model.metric)] : [];
  element.replaceChildren(...parts, ...counts(model, colour, range !== null));
}

function scale(colour, range, metric) {
  const canvas = h('canvas', { width: 120, height: SIZE });
  const g = canvas.getContext('2d');
  for (let x = 0; x < 120; x++) {
    g.fillStyle = rampColour(colour.ramp, x / 119);
    g.fillRect(x, 0, 1, SIZE);
  }
  const { unit } = METRICS[metric];
  return h('span', { class: 'entry' }, `${range.low}`, canvas, `${range.high} ${unit}`);
}

function counts(model, colour, coloured) {
  const gpus = counted(model.rows.gpus);
  const ports = counted(model.rows.ports);
  const hosts = counted(model.rows.hosts);
  return [
    coloured ? null : entry(colour, 'ok', 'ok', null),
    entry(colour, 'slow', 'slow GPU', gpus[2]),
    entry(colour, 'faulty', 'failing or lost GPU', gpus[4]),
    gpus[3] ? entry(colour, 'held', 'degraded or held-back GPU', gpus[3]) : null,
    entry(colour, 'flapping', 'flapping port', ports[3]),
    entry(colour, 'down', 'port down', ports[2]),
    hosts[4] ? entry(colour, 'slow', 'slow server', hosts[4]) : null,
    entry(colour, 'silent', 'silent server', hosts[3]),
    entry(colour, 'unknown', 'no data', (gpus[0] ?? 0) + (ports[0] ?? 0)),
  ].filter(one => one !== null);
}

const counted = row =>
  row.reduce((all, state) => {
    all[state] = (all[state] ?? 0) + 1;
    return all;
  }, []);

function entry(colour, state, words, count) {
  const ratio = devicePixelRatio || 1;
  const canvas = h('canvas', { width: (SIZE + 4) * ratio, height: (SIZE + 4) * ratio, class: 'glyph' });
  const g = canvas.getContext('2d');
  g.scale(ratio, ratio);
  if (state === 'silent') {
    cell(g, colour, 'unknown', 2, 2, SIZE, SIZE);
    struck(g, colour.silent, 2, 2, SIZE, SIZE);
  } else {
    cell(g, colour, state, 2, 2, SIZE, SIZE);
  }
  const none = count === 0 || count === undefined;
  const text = count === null ? words : `${words} ${none ? '0' : count}`;
  return h('span', { class: none && count !== null ? 'entry none' : 'entry' }, canvas, text);
}
