// A job's step time over its iterations.

import { h, setText, svg } from './dom.js';
import { clockTime, number, seconds } from './words.js';

const HEIGHT = 190;
const MARGIN = { left: 56, right: 14, top: 20, bottom: 26 };

export class StepChart {
  constructor() {
    this.svg = svg('svg', { class: 'chart', height: HEIGHT, role: 'img', tabindex: 0 });
    this.value = h('p', { class: 'chart-value', 'aria-live': 'polite' });
    this.element = h('div', { class: 'chart-box' }, this.svg, this.value);
    this.at = null;
    this.svg.addEventListener('pointermove', event => this.hover(event));
    this.svg.addEventListener('pointerleave', () => this.point(null));
    this.svg.addEventListener('keydown', event => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param marks [{iteration, words, severity}] where incidents began */
  show(steps, marks) {
    this.steps = steps;
    this.marks = marks;
    this.draw();
  }

  draw() {
    const width = this.element.clientWidth;
    if (!this.steps || width < 100) return;
    this.svg.setAttribute('width', width);
    this.svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    if (this.steps.length < 2) {
      this.svg.replaceChildren(svg('text', { x: MARGIN.left, y: HEIGHT / 2, class: 'tick' }, 'waiting for steps…'));
      return;
    }
    this.scale = scaleOf(this.steps, width);
    this.cursor = svg('g', { class: 'cursor' });
    this.svg.replaceChildren(
      ...grid(this.scale),
      ...this.marks.map(mark => markLine(mark, this.scale)).filter(line => line),
      ...lines(this.steps, this.scale),
      ...clipped(this.steps, this.scale),
      this.cursor,
    );
    const { median, newest } = this.scale;
    this.svg.setAttribute(
      'aria-label',
      `Step time of the last ${this.steps.length} iterations: median ${seconds(median)}, newest ${seconds(newest.seconds)}`,
    );
    this.point(this.at);
  }

  hover(event) {
    if (!this.scale) return;
    const box = this.svg.getBoundingClientRect();
    const iteration = this.scale.iteration(event.clientX - box.left);
    this.point(nearest(this.steps, iteration));
  }

  key(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || !this.steps?.length) return;
    const at = this.at === null ? this.steps.length - 1 : this.steps.findIndex(step => step.iteration === this.at);
    this.point(this.steps[Math.min(this.steps.length - 1, Math.max(0, at + move))].iteration);
    event.preventDefault();
  }

  /** Shows the values of one iteration; of the newest when none is pointed at. */
  point(iteration) {
    if (!this.scale) return;
    const step = this.steps.find(one => one.iteration === iteration);
    this.at = step ? iteration : null;
    const shown = step ?? this.scale.newest;
    const more = (shown.seconds / this.scale.median - 1) * 100;
    const than = Math.abs(more) < 0.05 ? '' : ` (${more > 0 ? '+' : '−'}${number(Math.abs(more))} % against the median)`;
    setText(
      this.value,
      `${step ? '' : 'newest: '}iteration ${number(shown.iteration)} · ${seconds(shown.seconds)}${than} · ended ${clockTime(shown.ended, Date.now())}`,
    );
    if (!step) return this.cursor.replaceChildren();
    const x = this.scale.x(step.iteration);
    const y = this.scale.y(step.seconds);
    this.cursor.replaceChildren(
      svg('line', { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
      svg('circle', { cx: x, cy: y, r: 4 }),
    );
  }
}

/** The scales: what most steps took fills the height; the few far beyond are drawn at its edge. */
function scaleOf(steps, width) {
  const sorted = steps.map(step => step.seconds).sort((a, b) => a - b);
  const quantile = part => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const median = quantile(0.5);
  const high = Math.min(sorted.at(-1), Math.max(quantile(0.95) * 1.15, median * 1.15));
  const low = Math.max(sorted[0], median * 0.5);
  const room = Math.max((high - low) * 0.15, median * 0.03);
  const bottom = Math.max(0, low - room);
  const top = high + room;
  const from = steps[0].iteration;
  const to = Math.max(steps.at(-1).iteration, from + 1);
  const inner = width - MARGIN.left - MARGIN.right;
  const tall = HEIGHT - MARGIN.top - MARGIN.bottom;
  const y = value =>
    HEIGHT - MARGIN.bottom - (tall * (Math.min(top, Math.max(bottom, value)) - bottom)) / (top - bottom);
  return {
    width,
    median,
    top,
    bottom,
    from,
    to,
    newest: steps.at(-1),
    x: iteration => MARGIN.left + (inner * (iteration - from)) / (to - from),
    y,
    iteration: x => from + ((x - MARGIN.left) / inner) * (to - from),
  };
}

function nearest(steps, iteration) {
  return steps.reduce((best, step) =>
    Math.abs(step.iteration - iteration) < Math.abs(best.iteration - iteration) ? step : best,
  ).iteration;
}

/** Round numbers between two values, about as many as wanted. */
function ticks(from, to, wanted) {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

function grid(scale) {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = scale.width - MARGIN.right;
  const rows = ticks(scale.bottom, scale.top, 4).map(value => [
    svg('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: scale.y(value), y2: scale.y(value) }),
    svg('text', { class: 'tick', x: MARGIN.left - 8, y: scale.y(value) + 4, 'text-anchor': 'end' }, seconds(Number(value.toPrecision(6)))),
  ]);
  const columns = ticks(scale.from, scale.to, Math.max(2, scale.width / 160))
    .filter(value => Number.isInteger(value) && scale.x(value) < right - 80)
    .map(value =>
      svg('text', { class: 'tick', x: scale.x(value), y: bottom + 18, 'text-anchor': 'middle' }, value.toLocaleString('en-US')),
    );
  const names = [
    svg('text', { class: 'tick', x: 4, y: 10 }, 'step time'),
    svg('text', { class: 'tick', x: right, y: bottom + 18, 'text-anchor': 'end' }, 'iteration'),
  ];
  const y = scale.y(scale.median);
  const median = svg('line', { class: 'median', x1: MARGIN.left, x2: right, y1: y, y2: y });
  return [...rows.flat(), ...columns, ...names, median];
}

/** The line, broken where iterations are missing. */
function lines(steps, scale) {
  const parts = [[]];
  steps.forEach((step, i) => {
    if (i && step.iteration - steps[i - 1].iteration > 1) parts.push([]);
    parts.at(-1).push(`${scale.x(step.iteration).toFixed(1)},${scale.y(step.seconds).toFixed(1)}`);
  });
  return parts.map(points => svg('polyline', { class: 'steps', points: points.join(' ') }));
}

function clipped(steps, scale) {
  return steps
    .filter(step => step.seconds > scale.top)
    .map(step => {
      const x = scale.x(step.iteration);
      return svg(
        'g',
        { class: 'clipped' },
        svg('path', { d: `M${x - 4} ${MARGIN.top + 2}h8l-4 -7z` }),
        svg('text', { class: 'tick', x: x + 7, y: MARGIN.top + 2 }, seconds(step.seconds)),
      );
    });
}

function markLine(mark, scale) {
  if (mark.iteration < scale.from) return null;
  const x = scale.x(mark.iteration);
  return svg(
    'g',
    { class: `mark ${mark.severity}` },
    svg('title', {}, mark.words),
    svg('line', { x1: x, x2: x, y1: MARGIN.top - 6, y2: HEIGHT - MARGIN.bottom }),
    svg('path', { d: `M${x} ${MARGIN.top - 16}h8v8l-8 4z` }),
  );
}
