// @ts-check

/**
 * Syncs knowledge sources without leaving the page: one page per click, or page after page to the end of the pass. Without this
 * script the same buttons are forms.
 */

import { refreshNow } from './ops.js';

const SHOWN_MS = 15_000;

/** @typedef {{ title: string, stopping: boolean, toEnd: boolean }} Work */

/** Sources whose pages are being read, by id. @type {Map<string, Work>} */
const working = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset['sync'] === undefined) return;
  event.preventDefault();
  void sync(form, false);
});
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('[data-until-done]') : null;
  const form = button?.closest('form');
  if (!(form instanceof HTMLFormElement)) return;
  const work = working.get(form.dataset['sync'] ?? '');
  if (work === undefined) void sync(form, true);
  else work.stopping = true;
  showWork();
});
document.addEventListener('ops-refreshed', showWork);

/**
 * @param {HTMLFormElement} form
 * @param {boolean} toEnd whether to go on until the pass is complete
 */
async function sync(form, toEnd) {
  const id = form.dataset['sync'] ?? '';
  const title = form.dataset['title'] ?? '';
  if (working.has(id)) return;
  /** @type {Work} */
  const work = { title, stopping: false, toEnd };
  working.set(id, work);
  showWork();
  let pages = 0;
  let items = 0;
  try {
    for (;;) {
      const page = await syncPage(id);
      if (!page.ok) {
        toast('bad', `${title}: ${page.error.message}`, page, page.error.hint);
        return;
      }
      pages += 1;
      items += page.items;
      const goesOn = toEnd && !page.done && !work.stopping;
      toast('good', sentence(title, { pages, items, done: page.done, goesOn }), page);
      if (!goesOn) return;
      await refreshNow();
    }
  } finally {
    working.delete(id);
    await refreshNow();
    showWork();
  }
}

/**
 * @param {string} title
 * @param {{ pages: number, items: number, done: boolean, goesOn: boolean }} progress
 */
function sentence(title, { pages, items, done, goesOn }) {
  const read = `${items} ${items === 1 ? 'item' : 'items'}${pages === 1 ? '' : ` on ${pages} pages`}`;
  if (done) return `${title}: ${read}. The pass is complete; Sync begins the next one.`;
  return goesOn ? `${title}: ${read} so far…` : `${title}: ${read}.`;
}

/**
 * @typedef {{ url: string | null, next: string | null }} Step
 * @typedef {Step & { ok: true, done: boolean, items: number }} Page
 * @typedef {Step & { ok: false, error: { message: string, hint?: string } }} Failure
 */

/**
 * @param {string} sourceId
 * @returns {Promise<Page | Failure>}
 */
async function syncPage(sourceId) {
  /** @type {(message: string, hint: string) => Failure} */
  const failed = (message, hint) => ({ ok: false, url: null, next: null, error: { message, hint } });
  let response;
  try {
    response = await fetch('/api/backoffice/rest-batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': formToken() },
      body: JSON.stringify({ sourceId }),
    });
    if (response.status === 401)
      return failed('You are no longer logged in.', 'Load the page again to log in.');
    return await response.json();
  } catch {
    return failed('The server does not answer.', 'Try again. A page is stored completely, or not at all.');
  }
}

/** The newest one: a page that is kept up to date gets a new token every hour. */
function formToken() {
  const field = document.querySelector('input[name="_csrf"]');
  return field?.getAttribute('value') ?? '';
}

/** What is in progress, on the buttons; a refresh of the page takes it off. */
function showWork() {
  for (const form of document.querySelectorAll('form[data-sync]')) {
    if (!(form instanceof HTMLFormElement)) continue;
    const work = working.get(form.dataset['sync'] ?? '');
    const one = form.querySelector('button[type="submit"]');
    const all = form.querySelector('[data-until-done]');
    form.toggleAttribute('data-working', work !== undefined);
    if (one !== null) {
      // It keeps the focus, which a disabled button would lose.
      one.setAttribute('aria-disabled', String(work !== undefined));
      one.textContent = work === undefined ? 'Sync' : 'Syncing…';
    }
    if (all !== null) {
      all.setAttribute('aria-disabled', String(work !== undefined && (!work.toEnd || work.stopping)));
      all.textContent = work?.toEnd === true ? (work.stopping ? 'Stopping…' : 'Stop') : 'Sync to the end';
    }
  }
}

/**
 * @param {'good' | 'bad'} tone
 * @param {string} text
 * @param {Step} step
 * @param {string} [hint]
 */
function toast(tone, text, { url, next }, hint) {
  const box = document.getElementById('toast');
  if (box === null) return;
  clearTimeout(hiding);
  box.className = `toast tone-${tone}`;
  box.hidden = false;
  const parts = [paragraph('', text)];
  if (url !== null) {
    const step = paragraph('step-taken', '');
    step.append(code(url), ' → ', code(next ?? 'end'));
    parts.push(step);
  }
  if (hint !== undefined) parts.push(paragraph('fix', hint));
  box.replaceChildren(...parts, closer(box));
  // A failure stays until it is closed.
  if (tone === 'good') hiding = setTimeout(() => (box.hidden = true), SHOWN_MS);
}

/** @param {HTMLElement} box */
function closer(box) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small';
  button.textContent = 'Close';
  button.addEventListener('click', () => {
    box.hidden = true;
  });
  return button;
}

/**
 * @param {string} name
 * @param {string} text
 */
function paragraph(name, text) {
  const made = document.createElement('p');
  made.className = name;
  made.textContent = text;
  return made;
}

/** @param {string} text */
function code(text) {
  const made = document.createElement('code');
  made.textContent = text;
  return made;
}
