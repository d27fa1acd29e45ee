// Numbers, times and names as people read them. What is not known is "–", never 0.

export const UNKNOWN = '–';

const known = value => value !== null && value !== undefined && Number.isFinite(value);

/** A number with as many digits as help: three significant ones below 1000. */
export function number(value) {
  if (!known(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

export const withUnit = (value, unit) => (known(value) ? `${number(value)} ${unit}` : UNKNOWN);

const scaled = (value, step, units) => {
  if (!known(value)) return UNKNOWN;
  let left = value;
  let at = 0;
  while (Math.abs(left) >= step && at < units.length - 1) {
    left /= step;
    at++;
  }
  return `${Number(left.toPrecision(3)).toLocaleString('en-US')} ${units[at]}`;
};

export const bytes = value => scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
export const bytesPerSecond = value => scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']);
export const bitsPerSecond = value =>
  known(value) ? scaled(value * 8, 1000, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']) : UNKNOWN;
export const megahertz = value => (known(value) ? `${number(Math.round(value / 1e6))} MHz` : UNKNOWN);
export const celsius = value => (known(value) ? `${Math.round(value)} °C` : UNKNOWN);
export const watts = value => (known(value) ? `${Math.round(value)} W` : UNKNOWN);
export const share = value => (known(value) ? `${number(Math.round(value * 1000) / 10)} %` : UNKNOWN);

/** Seconds of a step or a phase: 2.97 s, 850 ms. */
export function seconds(value) {
  if (!known(value)) return UNKNOWN;
  if (value !== 0 && Math.abs(value) < 1) return `${Number((value * 1000).toPrecision(3))} ms`;
  if (Math.abs(value) < 120) return `${Number(value.toPrecision(3))} s`;
  return span(value);
}

/** A span of time in the unit that fits: 12 s, 4 min, 3 h 20 min, 2 d 4 h. */
export function span(value) {
  if (!known(value)) return UNKNOWN;
  const s = Math.max(0, Math.round(value));
  if (s < 120) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const hours = Math.floor(min / 60);
  if (hours < 48) return min % 60 ? `${hours} h ${min % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

export const ago = (time, now) => `${span((now - Date.parse(time)) / 1000)} ago`;

/** The reader's clock; the day only where it is not today. */
export function clockTime(time, now) {
  const date = new Date(time);
  const hours = date.toLocaleTimeString('en-GB');
  const today = date.toDateString() === new Date(now).toDateString();
  return today ? hours : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${hours}`;
}

/** States as the InfiniBand specification and the kernel, the agent and NVML number them. */
const STATES = {
  up: ['no', 'yes'],
  port_state: ['none', 'down', 'init', 'armed', 'active', 'active defer'],
  physical_state: ['none', 'sleep', 'polling', 'disabled', 'training', 'link up', 'error recovery', 'test'],
  gpu_state: ['none', 'ok', 'lost', 'reset required', 'unresponsive', 'missing'],
  recovery_action: ['none', 'reset GPU', 'reboot', 'drain peer to peer', 'drain and reset', 'recover IMEX domain'],
};

const UNITS = [
  ['rate_bytes_per_second', bitsPerSecond, 'rate'],
  ['_bytes_per_second', bytesPerSecond],
  ['_seconds', seconds],
  ['_percent', value => (known(value) ? `${number(value)} %` : UNKNOWN)],
  ['_ratio', value => (known(value) ? `× ${number(value)}` : UNKNOWN)],
  ['_celsius', celsius],
  ['_hertz', megahertz],
  ['_megahertz', value => megahertz(value * 1e6)],
  ['_watts', watts],
  ['_bytes', bytes],
  ['_hours', value => (known(value) ? `${number(value)} h` : UNKNOWN)],
];

/** A number of a finding: its name with the unit last becomes words and a value with its unit. */
export function evidence({ name, value }) {
  const state = STATES[name]?.[value];
  if (state) return [plain(name), state];
  for (const [ending, format, words] of UNITS) {
    if (name.endsWith(ending)) return [words ?? plain(name.slice(0, -ending.length)), format(value)];
  }
  return [plain(name), number(value)];
}

const plain = name => name.replaceAll('_', ' ');

export const ACTIONS = {
  watch: 'Watch it; nothing is urgent.',
  checkpoint: 'Save a checkpoint soon.',
  evacuate: 'Save a checkpoint, then take the server out.',
};

export const SEVERITIES = { info: 'Info', warning: 'Warning', critical: 'Critical' };

/** What became of a message to somebody's tool. */
export const DELIVERIES = {
  waiting: 'is being told',
  retrying: 'not told yet, trying again',
  off: 'is off, restart the collector once it is mended',
  delivered: 'told',
  refused: 'refused it',
  dropped: 'not told',
};

export const METRICS = {
  temperature: { unit: '°C', least: 20, low: null, high: null },
  utilization: { unit: '%', least: 100, low: 0, high: 100 },
  clock: { unit: 'MHz', least: 300, low: null, high: null },
  power: { unit: 'W', least: 200, low: null, high: null },
};
