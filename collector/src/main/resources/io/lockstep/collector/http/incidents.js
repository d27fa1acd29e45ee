// Incidents: what is wrong, since when, what to do, and the numbers behind it.

import { byId, h, setText, show } from './dom.js';
import { ACTIONS, DELIVERIES, SEVERITIES, ago, clockTime, evidence, span } from './words.js';

const SHOWN_AT_ONCE = 12;

export class Incidents {
  /** @param chosen called with a server's name when one is to be shown */
  constructor(model, chosen) {
    this.model = model;
    this.chosen = chosen;
    this.cards = new Map();
    this.all = false;
    setInterval(() => this.ages(), 1000);
  }

  draw() {
    const { open, over } = this.model.sortedIncidents();
    show(byId('incidents'), this.model.hosts.length > 0 || open.length > 0 || over.length > 0);
    const shown = this.all ? open : open.slice(0, SHOWN_AT_ONCE);
    const cards = shown.map(one => this.card(one));
    if (open.length === 0) cards.push(h('p', { class: 'none' }, 'None open.'));
    const hidden = Math.max(open.length, this.model.open) - shown.length;
    if (hidden > 0) cards.push(this.more(hidden));
    replace(byId('open'), cards);
    setText(byId('resolved-title'), `${over.length} resolved`);
    replace(byId('resolved-list'), over.map(one => this.card(one)));
    show(byId('resolved'), over.length > 0);
    const kept = new Set([...shown, ...over].map(one => one.id));
    for (const id of this.cards.keys()) if (!kept.has(id)) this.cards.delete(id);
    this.ages();
  }

  more(hidden) {
    const words = `${hidden} more open`;
    if (this.all) return h('p', { class: 'none' }, `${words}: /api/v1/incidents?state=open lists all.`);
    const click = () => {
      this.all = true;
      this.draw();
    };
    return h('button', { type: 'button', class: 'plain', onclick: click }, `Show ${words}`);
  }

  /** The incident's card; the same element as long as it says the same, so that focus stays. */
  card(incident) {
    const said = JSON.stringify(incident);
    const known = this.cards.get(incident.id);
    if (known?.said === said) return known.element;
    const element = this.build(incident, known?.element.querySelector('details')?.open);
    this.cards.set(incident.id, { said, element });
    if (known) takePlace(known.element, element);
    return element;
  }

  build(incident, wasOpen) {
    const open = incident.state === 'open';
    return h(
      'article',
      { class: `card incident ${incident.severity} ${incident.state}`, id: `incident-${incident.id}` },
      h(
        'header',
        {},
        h('span', { class: 'severity' }, SEVERITIES[incident.severity] ?? incident.severity),
        h('h3', {}, incident.title),
        h('span', { class: 'space' }),
        this.since(incident),
      ),
      h('p', { class: 'summary' }, incident.summary),
      open ? h('p', { class: 'advice' }, h('strong', {}, 'Advice: '), ACTIONS[incident.action] ?? incident.action) : null,
      facts(incident, wasOpen ?? open),
      told(incident),
      h('footer', {}, ...this.links(incident)),
    );
  }

  since(incident) {
    const now = Date.now();
    const title = `began ${incident.onset}, noticed ${incident.opened}${incident.resolved ? `, resolved ${incident.resolved}` : ''}`;
    if (incident.resolved) {
      const lasted = (Date.parse(incident.resolved) - Date.parse(incident.onset)) / 1000;
      return h(
        'time',
        { datetime: incident.onset, title },
        `${clockTime(incident.onset, now)}, lasted ${span(lasted)}`,
      );
    }
    return h('time', { datetime: incident.onset, title, 'data-since': incident.onset });
  }

  links(incident) {
    const links = [];
    if (incident.host && this.model.hosts.some(host => host.host === incident.host)) {
      const click = () => this.chosen(incident.host);
      links.push(h('button', { type: 'button', class: 'plain', onclick: click }, `Show ${incident.host}`));
    }
    if (incident.runbook) {
      const address = `/runbooks/${encodeURIComponent(incident.runbook)}`;
      links.push(h('a', { href: address, target: '_blank', rel: 'noopener' }, 'Runbook'));
    }
    return links;
  }

  ages() {
    const now = Date.now();
    for (const element of document.querySelectorAll('time[data-since]')) {
      const since = element.dataset.since;
      setText(element, `since ${clockTime(since, now)} · ${ago(since, now)}`);
    }
  }
}

function facts(incident, wasOpen) {
  const rows = incident.evidence.map(evidence).map(([name, value]) =>
    h('div', {}, h('dt', {}, name), h('dd', {}, value)),
  );
  // The first line of the card is one of them; it needs no second place.
  const alerts = incident.alerts.filter(alert => alert.summary !== incident.summary).map(alertLine);
  if (!rows.length && !alerts.length) return null;
  return h(
    'details',
    { open: wasOpen },
    h('summary', {}, 'Evidence'),
    h('dl', {}, ...rows),
    alerts.length ? h('ul', {}, ...alerts) : null,
  );
}

/** What became of the newest message to each sink. */
function told(incident) {
  const newest = new Map(incident.deliveries.map(one => [one.sink, one]));
  if (newest.size === 0) return null;
  const lines = [...newest.values()].map(one => {
    const times = one.attempts ? `${one.attempts}×: ` : '';
    const tries = one.state === 'retrying' ? ` (${times}${one.answer})` : '';
    const why = ['refused', 'dropped', 'off'].includes(one.state) ? ` (${one.answer})` : '';
    return h(
      'li',
      { class: one.state, title: `${one.event}, ${one.message}` },
      `${one.sink}: ${DELIVERIES[one.state] ?? one.state}${tries}${why}`,
    );
  });
  return h('ul', { class: 'told', 'aria-label': 'Who was told' }, ...lines);
}

const alertLine = alert =>
  h('li', { class: alert.state }, `${alert.name}: ${alert.summary}${alert.resolved ? ' (over)' : ''}`);

/** Puts a new card in the old one's place, with the focus where it was. */
function takePlace(before, after) {
  const reachable = 'button, a, summary';
  const focused = [...before.querySelectorAll(reachable)].indexOf(document.activeElement);
  before.replaceWith(after);
  if (focused >= 0) after.querySelectorAll(reachable)[focused]?.focus({ preventScroll: true });
}

/** Puts children in place without touching those that stand there already. */
function replace(parent, children) {
  const same = parent.children.length === children.length && children.every((child, i) => parent.children[i] === child);
  if (!same) parent.replaceChildren(...children);
}
