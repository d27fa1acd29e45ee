// A runbook: the little Markdown that docs/runbooks uses, as elements.

import { byId, h } from './dom.js';

const name = location.pathname.split('/').pop();

async function show() {
  const answer = await fetch(`/static/runbooks/${name}`).catch(() => null);
  if (!answer?.ok) {
    byId('text').replaceChildren(h('h1', {}, 'No such runbook'), h('p', {}, decodeURIComponent(name)));
    return;
  }
  const parts = blocks((await answer.text()).split('\n'));
  byId('text').replaceChildren(...parts);
  document.title = `${byId('text').querySelector('h1')?.textContent ?? name} · Lockstep`;
}

function blocks(lines) {
  const parts = [];
  let at = 0;
  while (at < lines.length) {
    const [part, next] = block(lines, at);
    if (part) parts.push(part);
    at = next;
  }
  return parts;
}

/** The block that begins at a line, and the line after it. */
function block(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  const heading = /^(#{1,4}) (.*)/.exec(line);
  if (heading) return [h(`h${heading[1].length}`, {}, ...inline(heading[2])), at + 1];
  if (line.startsWith('```')) return code(lines, at + 1);
  if (line.startsWith('|')) return table(lines, at);
  const item = ITEM.exec(line);
  if (item) return list(lines, at, item[1].length);
  return paragraph(lines, at);
}

const ITEM = /^( *)([-*]|\d+\.) +(.*)/;

function code(lines, at) {
  let end = at;
  while (end < lines.length && !lines[end].startsWith('```')) end++;
  return [h('pre', {}, lines.slice(at, end).join('\n')), end + 1];
}

function table(lines, at) {
  let end = at;
  while (end < lines.length && lines[end].startsWith('|')) end++;
  const rows = lines.slice(at, end).map(line => line.replace(/^\||\|\s*$/g, '').split('|').map(cell => cell.trim()));
  const body = rows.filter((row, i) => !(i === 1 && row.every(cell => /^:?-+:?$/.test(cell))));
  const line = (row, tag) => h('tr', {}, ...row.map(cell => h(tag, {}, ...inline(cell))));
  const [head, ...rest] = body;
  return [h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, line(head, 'th')), h('tbody', {}, ...rest.map(row => line(row, 'td'))))), end];
}

/** Items of one depth; deeper ones become lists within, and lines that go on belong to their item. */
function list(lines, at, depth) {
  const ordered = /\d/.test(ITEM.exec(lines[at])[2]);
  const items = [];
  while (at < lines.length) {
    const item = ITEM.exec(lines[at]);
    if (!item || item[1].length < depth) break;
    if (item[1].length > depth) {
      const [inner, next] = list(lines, at, item[1].length);
      items.at(-1).append(inner);
      at = next;
      continue;
    }
    const [words, next] = itemWords(lines, at, item[3]);
    items.push(h('li', {}, ...inline(words)));
    at = next;
  }
  return [h(ordered ? 'ol' : 'ul', {}, ...items), at];
}

function itemWords(lines, at, first) {
  const words = [first];
  let end = at + 1;
  while (end < lines.length && /^ +\S/.test(lines[end]) && !ITEM.test(lines[end])) words.push(lines[end++].trim());
  return [words.join(' '), end];
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !/^(#|\||```)/.test(lines[end]) && !ITEM.test(lines[end])) end++;
  return [h('p', {}, ...inline(lines.slice(at, end).join(' '))), end];
}

/** Code, bold, italics and links; links lead only to the web or to another runbook. */
function inline(text) {
  const parts = [];
  const found = /`([^`]+)`|\*\*(.+?)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let at = 0;
  for (const match of text.matchAll(found)) {
    parts.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1]) parts.push(h('code', {}, match[1]));
    else if (match[2]) parts.push(h('strong', {}, ...inline(match[2])));
    else if (match[3]) parts.push(h('em', {}, match[3]));
    else parts.push(link(match[4], match[5]));
  }
  parts.push(text.slice(at));
  return parts.filter(part => part !== '');
}

function link(words, address) {
  const runbook = /^([a-z0-9-]+)\.md$/.exec(address);
  if (runbook) return h('a', { href: `/runbooks/${runbook[1]}` }, words);
  if (new RegExp('^https?:').test(address)) return h('a', { href: address, rel: 'noopener noreferrer' }, words);
  return words;
}

show();
