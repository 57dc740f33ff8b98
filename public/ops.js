// @ts-check

/**
 * Keeps a page of Ops up to date: asks for it again every 15 s and changes only what is different, so that place, focus,
 * selection and what was opened stay. Without this script the page is the same, as of when it was loaded.
 */

import { bringUpToDate } from './live.js';

const POLL_MS = 15_000;
const ANSWER_MS = 10_000;
const NEWS_MAX = 5;

const lost = byId('lost');
const news = byId('news');
const pause = byId('pause');

// A page without such a part does not change.
let paused = document.querySelector('[data-live]') === null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asking = false;

document.documentElement.classList.add('scripted');
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (button instanceof HTMLElement) void copy(button);
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void poll();
});
pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  pause.textContent = paused ? 'Updates are paused' : 'Pause updates';
  if (paused) clearTimeout(timer);
  else void poll();
});
schedule();

function schedule() {
  clearTimeout(timer);
  if (!paused && !document.hidden) timer = setTimeout(() => void poll(), POLL_MS);
}

async function poll() {
  if (asking || paused || document.hidden) return;
  asking = true;
  try {
    const problem = await refresh();
    lost.hidden = problem === undefined;
    // Said once, not every 15 s.
    if (problem !== undefined && lost.textContent !== problem) lost.textContent = problem;
  } finally {
    asking = false;
    schedule();
  }
}

/** Shows what an action of this page has changed, also while updates are paused. */
export async function refreshNow() {
  await refresh();
}

/** @returns {Promise<string | undefined>} why what is shown is old; undefined when it is new */
async function refresh() {
  const shown = document.querySelector('#updated time')?.textContent ?? '';
  const stays = `What you see is as of ${shown}.`;
  let response;
  let text;
  try {
    response = await fetch(location.href, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    text = await response.text();
  } catch {
    return `The server does not answer. ${stays} The page asks again every 15 s.`;
  }
  if (response.status === 401 || response.status === 403 || response.redirected) {
    return `You are no longer logged in. ${stays} Load the page again to log in.`;
  }
  if (response.status === 503) {
    return `The server cannot reach its database. ${stays} The page asks again every 15 s.`;
  }
  if (!response.ok) return `The server answers ${response.status}. ${stays} The page asks again every 15 s.`;
  const next = new DOMParser().parseFromString(text, 'text/html');
  const before = words();
  bringUpToDate(document, next);
  document.title = next.title;
  document.dispatchEvent(new Event('ops-refreshed'));
  tell(before, words());
  return undefined;
}

/** The state of everything that has one, by name. */
function words() {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const element of document.querySelectorAll('[data-news]')) {
    found.set(element.getAttribute('data-news') ?? '', element.getAttribute('data-word') ?? '');
  }
  return found;
}

/**
 * Only states are told to who listens; figures change all the time.
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 */
function tell(before, after) {
  const changes = [...after].filter(([name, word]) => before.has(name) && before.get(name) !== word);
  if (changes.length === 0) return;
  const told = changes.slice(0, NEWS_MAX).map(([name, word]) => `${name}: ${word}`);
  const more = changes.length - told.length;
  news.textContent = [...told, ...(more > 0 ? [`and ${more} more changes`] : [])].join('. ');
}

/**
 * A page without TLS has no clipboard; then the command is selected, to be copied by hand.
 * @param {HTMLElement} button
 */
async function copy(button) {
  const text = button.dataset['copy'] ?? '';
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2_000);
  } catch {
    const code = button.parentElement?.querySelector('code');
    if (code) getSelection()?.selectAllChildren(code);
  }
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}.`);
  return element;
}

/** The server writes UTC, and only the browser knows the time where the reader is: it says so where the pointer rests. */
document.addEventListener('pointerover', ({ target }) => {
  const time = target instanceof Element ? target.closest('time[datetime]') : null;
  const moment = new Date(time?.getAttribute('datetime') ?? '');
  if (time === null || Number.isNaN(moment.getTime())) return;
  const here = moment.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  const utc = moment.toISOString().slice(0, 19).replace('T', ' ');
  time.setAttribute('title', `${here} (${utc} UTC)`);
});
