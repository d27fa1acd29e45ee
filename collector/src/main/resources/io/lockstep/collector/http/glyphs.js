// How a cell looks: colour and shape together, so that no state is told by colour alone.

const INFERNO = [
  [42, 27, 82],
  [107, 29, 110],
  [168, 54, 85],
  [224, 98, 45],
  [247, 163, 28],
  [246, 226, 122],
];

/** The page's present colours, as the style sheet has them for dark or light. */
export function colours(element) {
  const style = getComputedStyle(element);
  const of = name => style.getPropertyValue(`--${name}`).trim();
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  return {
    ok: of('ok'),
    slow: of('slow'),
    held: of('slow'),
    faulty: of('critical'),
    down: of('down'),
    flapping: of('flapping'),
    silent: of('silent'),
    stopped: of('unknown'),
    unknown: of('unknown'),
    text: of('text'),
    quiet: of('quiet'),
    tile: of('tile'),
    accent: of('accent'),
    surface: of('surface'),
    ink: of('ink'),
    ramp: dark ? INFERNO : [...INFERNO].reverse(),
  };
}

/** A colour of the ramp for a share from 0 to 1. Light and dark run one way, for every eye. */
export function rampColour(ramp, share) {
  const place = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const at = Math.min(ramp.length - 2, Math.floor(place));
  const part = place - at;
  const mix = i => Math.round(ramp[at][i] + (ramp[at + 1][i] - ramp[at][i]) * part);
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

/**
 * Draws one cell.
 *
 * @param fill the colour of a value; null to colour by state
 */
export function cell(g, colour, state, x, y, w, h, fill = null) {
  if (fill !== null) {
    g.fillStyle = fill;
    g.fillRect(x, y, w, h);
    if (state !== 'ok') frame(g, colour[state], x, y, w, h);
    return;
  }
  SHAPES[state](g, colour, x, y, w, h);
}

const SHAPES = {
  ok(g, colour, x, y, w, h) {
    g.fillStyle = colour.ok;
    g.fillRect(x, y, w, h);
  },
  /** Hollow: nothing is known. */
  unknown(g, colour, x, y, w, h) {
    g.strokeStyle = colour.unknown;
    g.lineWidth = 1;
    g.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  },
  /** Full, with an hourglass: it keeps others waiting. */
  slow(g, colour, x, y, w, h) {
    g.fillStyle = colour.slow;
    g.fillRect(x - 1, y - 1, w + 2, h + 2);
    g.fillStyle = colour.ink;
    g.beginPath();
    const left = x + w * 0.22;
    const right = x + w * 0.78;
    g.moveTo(left, y + h * 0.15);
    g.lineTo(right, y + h * 0.15);
    g.lineTo(left, y + h * 0.85);
    g.lineTo(right, y + h * 0.85);
    g.closePath();
    g.fill();
  },
  /** Half full: it does less than it could. */
  held(g, colour, x, y, w, h) {
    frame(g, colour.held, x, y, w, h);
    g.fillStyle = colour.held;
    g.fillRect(x, y + h / 2, w, h / 2);
  },
  /** Full, with a bar across: not to be used. */
  faulty(g, colour, x, y, w, h) {
    g.fillStyle = colour.faulty;
    g.fillRect(x - 1, y - 1, w + 2, h + 2);
    g.fillStyle = colour.surface;
    g.fillRect(x + w * 0.15, y + h * 0.4, w * 0.7, h * 0.2);
  },
  /** A cross: nothing gets through. */
  down(g, colour, x, y, w, h) {
    frame(g, colour.down, x, y, w, h);
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x + w, y + h);
    g.moveTo(x + w, y);
    g.lineTo(x, y + h);
    g.stroke();
  },
  /** Two halves out of line: up and down again. */
  flapping(g, colour, x, y, w, h) {
    g.fillStyle = colour.flapping;
    const half = w / 2;
    g.fillRect(x - 1, y - 1, half, (h + 2) * 0.55);
    g.fillRect(x + half + 1, y + (h + 2) * 0.45 - 1, half, (h + 2) * 0.55);
    g.strokeStyle = colour.flapping;
    g.lineWidth = 1;
    g.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
  },
};

function frame(g, colour, x, y, w, h) {
  g.strokeStyle = colour;
  g.lineWidth = Math.max(1.5, Math.min(w, h) / 6);
  g.strokeRect(x, y, w, h);
}

/** What is drawn over the tile of a server that is not heard: strokes across all of it. */
export function struck(g, colour, x, y, w, h) {
  g.save();
  g.beginPath();
  g.rect(x, y, w, h);
  g.clip();
  g.strokeStyle = colour;
  g.lineWidth = 1.2;
  g.beginPath();
  for (let at = -h; at < w; at += 6) {
    g.moveTo(x + at, y + h);
    g.lineTo(x + at + h, y);
  }
  g.stroke();
  g.restore();
}
