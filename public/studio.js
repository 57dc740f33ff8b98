// @ts-check

/**
 * Keeps the form and the text of a draft in step, and saves both while a person types. Without this script the same page is saved
 * with its button. The server answers with the whole page, and only the parts that changed are taken from it.
 */

import { bringUpToDate } from './live.js';

const PAUSE_MS = 300;
const RETRY_MS = 5_000;
const ANSWER_MS = 20_000;

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

const form = document.querySelector('form[data-check]');
if (form instanceof HTMLFormElement) openEditor(form);

/** @param {HTMLFormElement} editor */
function openEditor(editor) {
  const area = textArea(editor);
  /** What was typed in the form and is not in an answer that was shown, by the names of the controls. @type {Map<string, string>} */
  const typed = new Map();
  /** The text of the last answer. */
  let known = area.value;
  let isSending = false;
  /** A button that waits for its answer. @type {string | undefined} */
  let removal;
  /** The control that a person is typing in. @type {Control | undefined} */
  let typing;
  /** Whether the focus goes to the first problem when all is saved. */
  let wantsFocus = false;
  let isStopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  document.documentElement.classList.add('scripted');
  takeHiddenFields();
  showLines();

  editor.addEventListener('input', ({ target }) => {
    if (target !== area && !isField(target)) return;
    if (isField(target)) {
      typed.set(target.name, target.value);
      typing = target;
    } else showLines();
    say('Not saved yet', false);
    schedule(PAUSE_MS);
  });
  editor.addEventListener('focusout', ({ target }) => {
    typing = undefined;
    // Leaving a field shows what the server made of it, such as a list without empty lines.
    if (isField(target) && !typed.has(target.name)) showDefault(target);
  });
  editor.addEventListener('submit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && button.name === 'remove') removal = button.value;
    else wantsFocus = true;
    void send();
  });
  area.addEventListener('scroll', scrollGutter);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    const line = Number(link.dataset['line']);
    if (line > 0) selectLine(line);
    else if (!focusControl(link.hash.slice(1))) return;
    event.preventDefault();
  });
  addEventListener('beforeunload', (event) => {
    if (isStopped || (typed.size === 0 && area.value === known)) return;
    event.preventDefault();
  });

  /** @param {number} ms */
  function schedule(ms) {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => void send(), ms);
  }

  async function send() {
    clearTimeout(timer);
    if (isSending || isStopped) return;
    isSending = true;
    const sent = { text: area.value, fields: new Map(typed), removal };
    let again = PAUSE_MS;
    try {
      const answer = await ask(sent);
      if (answer === undefined) again = RETRY_MS;
      else take(answer, sent);
    } finally {
      isSending = false;
    }
    // What was typed in the meantime, and what was not saved.
    if (area.value !== known || pending() || removal !== undefined) schedule(again);
    else if (wantsFocus) {
      wantsFocus = false;
      focusFirstProblem();
    }
  }

  /** Fields that the server has refused wait for the next change. @type {Set<string>} */
  let refused = new Set();
  function pending() {
    return [...typed.keys()].some((name) => !refused.has(`${name}\n${typed.get(name) ?? ''}`));
  }

  /**
   * @param {{ text: string, fields: Map<string, string>, removal: string | undefined }} sent
   * @returns {Promise<any>}
   */
  async function ask(sent) {
    let response;
    try {
      response = await fetch(editor.dataset['check'] ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': value('_csrf') },
        body: JSON.stringify({
          version: Number(value('version')),
          ...(sent.text === known ? {} : { text: sent.text }),
          fields: Object.fromEntries(sent.fields),
          ...(sent.removal === undefined ? {} : { remove: sent.removal }),
        }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const answer = await response.json();
      if (response.ok) return answer;
      const { message, hint = '' } = answer.error;
      // A second window, or a session that has ended: trying again cannot help.
      if ([401, 403, 404, 409].includes(response.status)) isStopped = true;
      if (removal === sent.removal) removal = undefined;
      say(`Not saved: ${message} ${hint}`, true);
    } catch {
      say('Not saved: the server does not answer. The page tries again every 5 s.', true);
    }
    return undefined;
  }

  /**
   * @param {any} answer
   * @param {{ text: string, fields: Map<string, string>, removal: string | undefined }} sent
   */
  function take(answer, sent) {
    setValue('version', String(answer.version));
    refused = new Set();
    const isSame = area.value === sent.text;
    // A button that was pressed since then, or whose key is still in the text that is sent next, waits for the next answer.
    if (isSame && removal === sent.removal) removal = undefined;
    for (const [name, text] of sent.fields) {
      const isRefused = answer.refused.includes(name.slice(2));
      if (isRefused) refused.add(`${name}\n${text}`);
      // A field stays typed until its text is shown: the next request sends the text of the area.
      else if (isSame && typed.get(name) === text) typed.delete(name);
    }
    known = answer.text;
    // Otherwise a person typed in the text since then: that text is sent next, with the fields again.
    if (isSame && area.value !== answer.text) replaceText(answer.text);
    const next = new DOMParser().parseFromString(answer.page, 'text/html');
    const before = summary();
    bringUpToDate(document, next);
    for (const name of sent.fields.keys()) showExtra(name);
    for (const control of fields()) {
      if (!typed.has(control.name) && control !== typing) showDefault(control);
      const mine = typed.get(control.name);
      if (mine !== undefined && control.value !== mine) control.value = mine;
    }
    showLines();
    const isDone = area.value === known && !pending();
    const news = summary();
    say(isDone ? `Saved. ${news}` : 'Not saved yet', news !== before);
  }

  /** @param {string} text */
  function replaceText(text) {
    const { selectionStart, selectionEnd, scrollTop, scrollLeft } = area;
    let start = 0;
    while (start < text.length && text[start] === area.value[start]) start += 1;
    const shift = text.length - area.value.length;
    const moved = (/** @type {number} */ at) => (at > start ? Math.max(start, at + shift) : at);
    area.value = text;
    area.setSelectionRange(moved(selectionStart), moved(selectionEnd));
    area.scrollTop = scrollTop;
    area.scrollLeft = scrollLeft;
  }

  /** A field that was emptied does not vanish when it is left. @param {string} name */
  function showExtra(name) {
    const control = fields().find((each) => each.name === name);
    const box = control?.closest('[data-extra]')?.closest('.part')?.querySelector('.show-extra input');
    if (box instanceof HTMLInputElement) box.checked = true;
  }

  /** What the server could not put into the text is kept in hidden fields for a page without this script. */
  function takeHiddenFields() {
    for (const field of editor.querySelectorAll('input[data-kept]'))
      if (field instanceof HTMLInputElement) typed.set(field.name, field.value);
  }

  function summary() {
    return document.getElementById('summary-title')?.textContent ?? '';
  }

  function fields() {
    return [...editor.elements].filter(isField);
  }

  /** @param {string} text @param {boolean} [isLoud] */
  function say(text, isLoud = true) {
    const saved = document.getElementById('saved');
    if (saved === null || saved.textContent === text) return;
    saved.setAttribute('aria-live', isLoud ? 'polite' : 'off');
    saved.textContent = text;
  }

  function focusFirstProblem() {
    const bad = fields().find(
      (control) => control.getAttribute('aria-invalid') === 'true' && !control.matches(':disabled'),
    );
    if (bad !== undefined) focusControl(bad.id);
    else {
      const line = document.querySelector('#summary [data-status="fail"][data-line]');
      if (line instanceof HTMLElement) selectLine(Number(line.dataset['line']));
    }
  }

  /** @param {string} id */
  function focusControl(id) {
    const control = document.getElementById(id);
    if (control === null || !editor.contains(control)) return false;
    control.focus();
    control.scrollIntoView({ block: 'center' });
    return true;
  }

  /** @param {number} line */
  function selectLine(line) {
    const lines = area.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
    area.scrollTop = Math.max(0, (line - 4) * lineHeight());
    area.scrollIntoView({ block: 'nearest' });
    scrollGutter();
  }

  function lineHeight() {
    return parseFloat(getComputedStyle(area).lineHeight);
  }

  function scrollGutter() {
    const gutter = document.getElementById('gutter');
    if (gutter !== null) gutter.scrollTop = area.scrollTop;
  }

  /** Numbers the lines, with a mark at those that have a problem. */
  function showLines() {
    const gutter = document.getElementById('gutter');
    if (gutter === null) return;
    /** @type {Map<number, string>} */
    const marks = new Map();
    for (const item of document.querySelectorAll('#summary [data-line][data-status]')) {
      const line = Number(item.getAttribute('data-line'));
      if (marks.get(line) !== 'fail') marks.set(line, item.getAttribute('data-status') ?? '');
    }
    const count = area.value.split('\n').length;
    while (gutter.children.length > count) gutter.lastElementChild?.remove();
    while (gutter.children.length < count) {
      const number = document.createElement('span');
      number.textContent = String(gutter.children.length + 1);
      gutter.append(number);
    }
    [...gutter.children].forEach((number, index) => {
      const mark = marks.get(index + 1) ?? '';
      if (number.className !== mark) number.className = mark;
    });
    scrollGutter();
  }

  /** @param {string} name */
  function value(name) {
    const field = editor.querySelector(`input[name="${name}"]`);
    return field instanceof HTMLInputElement ? field.value : '';
  }

  /** @param {string} name @param {string} text */
  function setValue(name, text) {
    const field = editor.querySelector(`input[name="${name}"]`);
    if (field instanceof HTMLInputElement) field.value = text;
  }
}

/** @param {HTMLFormElement} editor */
function textArea(editor) {
  const area = editor.querySelector('#text');
  if (!(area instanceof HTMLTextAreaElement)) throw new Error('The page has no #text.');
  return area;
}

/**
 * @param {unknown} target
 * @returns {target is Control}
 */
function isField(target) {
  const isControl =
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement;
  return isControl && target.name.startsWith('f:') && target.type !== 'hidden';
}

/** Shows what the page says, which a control ignores after a person has typed in it. @param {Control} control */
function showDefault(control) {
  if (control instanceof HTMLSelectElement) {
    for (const option of control.options)
      if (option.selected !== option.defaultSelected) option.selected = option.defaultSelected;
  } else if (control.value !== control.defaultValue) {
    control.value = control.defaultValue;
  }
}
