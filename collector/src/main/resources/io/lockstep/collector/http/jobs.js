// Jobs with their step time, and who holds them up.

import { byId, h, setText, show } from './dom.js';
import { StepChart } from './chart.js';
import { number, seconds, span } from './words.js';

export class Jobs {
  /** @param chosen called with a server's name when one is to be shown */
  constructor(model, chosen) {
    this.model = model;
    this.chosen = chosen;
    this.cards = new Map();
  }

  draw() {
    const jobs = this.model.jobs;
    show(byId('jobs'), jobs.length > 0);
    const keys = jobs.map(job => `${job.job}\n${job.attempt}`);
    for (const key of this.cards.keys()) if (!keys.includes(key)) this.cards.delete(key);
    const cards = jobs.map((job, i) => this.card(keys[i], job));
    const list = byId('job-list');
    if (list.children.length !== cards.length || cards.some((card, i) => list.children[i] !== card)) {
      list.replaceChildren(...cards);
    }
  }

  card(key, job) {
    let card = this.cards.get(key);
    if (!card) {
      card = { chart: new StepChart(), title: h('h3'), facts: h('p', { class: 'facts' }), slow: h('div', { class: 'slow' }) };
      card.element = h('article', { class: 'card job' }, h('header', {}, card.title, card.facts), card.chart.element, card.slow);
      this.cards.set(key, card);
    }
    setText(card.title, job.job);
    setText(card.facts, facts(job));
    card.chart.show(job.steps, this.marks(job));
    card.slow.replaceChildren(...job.slow.map(rank => this.slowLine(rank)));
    return card.element;
  }

  /** Incidents on its servers that began while these steps ran, at the step in which they began. */
  marks(job) {
    const marks = [];
    for (const id of job.incidents) {
      const incident = this.model.incidents.get(id);
      const step = incident && job.steps.find(one => one.ended >= incident.onset);
      if (step && step !== job.steps[0]) {
        marks.push({ iteration: step.iteration, words: incident.title, severity: incident.severity });
      }
    }
    return marks;
  }

  slowLine(rank) {
    const gpu = rank.index === undefined ? '' : `GPU ${rank.index} on `;
    const more = rank.ownSeconds && rank.peerSeconds ? `: ${number((rank.ownSeconds / rank.peerSeconds - 1) * 100)} % more work time than its peers (${seconds(rank.ownSeconds)} against ${seconds(rank.peerSeconds)} per step)` : '';
    const click = () => this.chosen(rank.host);
    return h(
      'p',
      {},
      h('strong', {}, `Rank ${rank.rank} is slow`),
      ` (${gpu}${rank.host})${more}. `,
      h('button', { type: 'button', class: 'plain', onclick: click }, `Show ${rank.host}`),
    );
  }
}

function facts(job) {
  const parts = [];
  if (job.attempt !== '0') parts.push(`attempt ${job.attempt}`);
  if (job.iteration !== undefined) parts.push(`iteration ${number(job.iteration)}`);
  parts.push(job.ranks === undefined ? `${job.reportingRanks} ranks report` : `${job.reportingRanks} of ${job.ranks} ranks report`);
  if (job.cannotTell !== undefined) parts.push(job.cannotTell);
  if (job.ageSeconds > 30) parts.push(`stands still: last step ${span(job.ageSeconds)} ago`);
  return parts.join(' · ');
}
