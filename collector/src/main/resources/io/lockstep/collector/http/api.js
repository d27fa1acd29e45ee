// REST, and logging in. A session is a cookie that scripts can't read; the token is not kept.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(path, options) {
  const answer = await fetch(path, { ...options, cache: 'no-store' });
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, said?.detail ?? `status ${answer.status}`);
  return said;
}

export const get = path => ask(path);
export const session = () => ask('/api/v1/session');
export const logout = () => ask('/api/v1/session', { method: 'DELETE' });
export const login = token =>
  ask('/api/v1/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });

const KEPT = 1500;
const hosts = new Map();

/** All that is known of one server; asked again after a second and a half. */
export function host(name, cluster) {
  const key = `${cluster}\n${name}`;
  const now = performance.now();
  const known = hosts.get(key);
  if (known && now - known.asked < KEPT) return known.answer;
  const path = `/api/v1/cluster/hosts/${encodeURIComponent(name)}?cluster=${encodeURIComponent(cluster)}`;
  const answer = get(path);
  answer.catch(() => hosts.delete(key));
  if (hosts.size > 20) hosts.clear();
  hosts.set(key, { asked: now, answer });
  return answer;
}
