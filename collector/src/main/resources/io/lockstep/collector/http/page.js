// Joins stream, model and the parts of the page.

import * as api from './api.js';
import { byId, h, setText, show } from './dom.js';
import { Incidents } from './incidents.js';
import { Jobs } from './jobs.js';
import { legend } from './legend.js';
import { ClusterMap } from './map.js';
import { Model } from './model.js';
import { ServerPanel } from './server.js';
import { Stream } from './stream.js';
import { clockTime, span } from './words.js';

const model = new Model();
const chosen = name => panel.open(name);
const incidents = new Incidents(model, chosen);
const jobs = new Jobs(model, chosen);
const map = new ClusterMap(
  { canvas: byId('cells'), box: byId('map-box'), tip: byId('tip'), words: byId('cell-words') },
  model,
  chosen,
);
const panel = new ServerPanel(model, name => {
  map.select(name);
  remember({ server: name });
});
const stream = new Stream(told, live, broken);
const dirty = new Set();

/** The address holds what is shown, so that it can be sent to a colleague. */
function remember(changes) {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) asked.set(name, value);
    else asked.delete(name);
  }
  const text = asked.toString();
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
}

const asked = name => new URLSearchParams(location.search).get(name);

function told(name, said) {
  model.take(name, said);
  if (dirty.size === 0) requestAnimationFrame(draw);
  dirty.add(name);
}

/** Draws what has changed, once per frame however much was told. */
function draw() {
  const changed = new Set(dirty);
  dirty.clear();
  head();
  if (changed.has('layout')) placesToFind();
  if (changed.has('cells') || changed.has('layout')) {
    show(byId('map'), model.hosts.length > 0);
    show(byId('empty'), model.hosts.length === 0);
    map.draw();
    legend(byId('legend'), model, map.range);
  }
  if (changed.has('incidents') || changed.has('layout')) incidents.draw();
  if (changed.has('jobs') || changed.has('incidents')) jobs.draw();
}

function head() {
  setText(byId('cluster'), model.cluster ?? '');
  if (model.headline !== null) setText(byId('headline'), model.headline);
  byId('headline').dataset.mood = model.mood;
  show(byId('memory'), model.memory !== '');
  setText(byId('memory'), model.memory);
  const open = model.open ? `(${model.open}) ` : '';
  document.title = `${open}Lockstep${model.cluster ? ` · ${model.cluster}` : ''}`;
}

function live({ state, age }) {
  const element = byId('live');
  element.dataset.state = state;
  setText(byId('live-text'), { live: 'live', waiting: 'connecting…', stale: `no word for ${span(age)}` }[state]);
  const stale = byId('stale');
  show(stale, state === 'stale');
  document.body.classList.toggle('old', state === 'stale');
  if (state === 'stale') {
    const since = clockTime(Date.now() - age * 1000, Date.now());
    setText(stale, `No word from the collector since ${since} (${span(age)}). What you see is as old as that. Trying again…`);
  }
}

/** Finds out whether the stream broke because a login is needed. */
async function broken() {
  try {
    const session = await api.session();
    if (!session.allowed) askForToken();
  } catch {
    // The collector is away; the stream keeps trying and the page says how old it is.
  }
}

function placesToFind() {
  const options = model.hosts.slice(0, 2000).map(host => h('option', { value: host.host }));
  byId('found').replaceChildren(...options);
}

/** Opens the server that was named, or the one on which a rank runs. */
function find(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return;
  const rank = /^(?:rank\s*)?(\d+)$/.exec(wanted)?.[1];
  const host =
    model.hosts.find(one => one.host.toLowerCase() === wanted) ??
    (rank && model.hosts.find(one => one.ranks.includes(Number(rank)))) ??
    model.hosts.find(one => one.host.toLowerCase().includes(wanted));
  if (host) panel.open(host.host);
  byId('find').setAttribute('aria-invalid', String(!host));
}

function listen() {
  byId('colour').addEventListener('change', event => {
    const metric = event.target.value === 'state' ? null : event.target.value;
    remember({ colour: metric });
    stream.open(model.cluster, metric);
  });
  byId('find').addEventListener('change', event => find(event.target.value));
  document.addEventListener('keydown', event => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== '/' || typing) return;
    byId('find').focus();
    event.preventDefault();
  });
  byId('logout').addEventListener('click', async () => {
    await api.logout();
    location.reload();
  });
  byId('login-form').addEventListener('submit', login);
}

function askForToken() {
  stream.close();
  show(byId('main'), false);
  show(byId('login'), true);
  byId('token').focus();
}

async function login(event) {
  event.preventDefault();
  const error = byId('login-error');
  try {
    await api.login(byId('token').value);
    location.reload();
  } catch (problem) {
    setText(error, problem.status === 401 ? 'This token is not known here.' : problem.message);
    show(error, true);
  }
}

async function clusters() {
  const { clusters: names } = await api.get('/api/v1/clusters');
  if (names.length < 2) return;
  const select = byId('clusters');
  select.replaceChildren(...names.map(name => h('option', { value: name, selected: name === (asked('cluster') ?? names[0]) }, name)));
  show(byId('clusters-label'), true);
  show(byId('cluster'), false);
  select.addEventListener('change', () => {
    remember({ cluster: select.value, server: null });
    location.reload();
  });
}

async function start() {
  listen();
  setText(byId('empty-agent'), `lockstep agent --collector http://${location.hostname}:4318`);
  const session = await api.session().catch(() => ({ allowed: true }));
  show(byId('logout'), session.session === true);
  if (!session.allowed) return askForToken();
  show(byId('main'), true);
  const metric = asked('colour');
  if (metric) byId('colour').value = metric;
  stream.open(asked('cluster'), metric);
  if (asked('server')) panel.open(asked('server'));
  clusters().catch(() => null);
}

start();
