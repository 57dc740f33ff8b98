// @ts-check

/** What a person does with an element, and a page that is made anew knows nothing of. */
const KEPT_ATTRIBUTES = new Set(['open']);

/**
 * Makes the parts of a page that are marked `data-live` like those of another one. Elements that stay are the same objects
 * afterwards, so they keep focus, selection and scroll; rows are found again by their `data-key`.
 * @param {Document} page
 * @param {Document} next
 */
export function bringUpToDate(page, next) {
  const focused = page.activeElement;
  for (const part of page.querySelectorAll('[data-live]')) {
    const wanted = next.getElementById(part.id);
    if (wanted !== null) become(part, wanted);
  }
  // A row that moved to another place lost it on the way.
  if (focused instanceof HTMLElement && focused.isConnected && page.activeElement !== focused) {
    focused.focus({ preventScroll: true });
  }
}

/**
 * @param {Element} element
 * @param {Element} wanted of the same name
 */
function become(element, wanted) {
  if (element.isEqualNode(wanted)) return;
  for (const { name } of [...element.attributes]) {
    if (!wanted.hasAttribute(name) && !KEPT_ATTRIBUTES.has(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (element.getAttribute(name) !== value && !KEPT_ATTRIBUTES.has(name)) element.setAttribute(name, value);
  }
  becomeInside(element, wanted);
}

/**
 * @param {Element} element
 * @param {Element} wanted
 */
function becomeInside(element, wanted) {
  const keys = new Set([...wanted.children].map(keyOf));
  /** @type {Map<string, Element>} */
  const keyed = new Map();
  for (const child of [...element.children]) {
    const key = keyOf(child);
    // What goes is taken out first, so that what follows it need not move.
    if (key !== null && !keys.has(key)) child.remove();
    else if (key !== null) keyed.set(key, child);
  }
  /** @type {ChildNode | null} */
  let place = element.firstChild;
  for (const next of [...wanted.childNodes]) {
    const key = next instanceof Element ? keyOf(next) : null;
    const same = key === null ? alike(place, next) : keyed.get(key);
    if (same === undefined || same.nodeName !== next.nodeName) {
      element.insertBefore(document.importNode(next, true), place);
      continue;
    }
    // An element that is moved loses its focus, so one that is in its place already is left there.
    if (same === place) place = place.nextSibling;
    else element.insertBefore(same, place);
    if (same instanceof Element && next instanceof Element) become(same, next);
    else if (same.nodeValue !== next.nodeValue) same.nodeValue = next.nodeValue;
  }
  while (place !== null) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}

/**
 * The node in this place, if it can become the wanted one.
 * @param {ChildNode | null} node
 * @param {Node} wanted
 * @returns {ChildNode | undefined}
 */
function alike(node, wanted) {
  if (node === null || node.nodeName !== wanted.nodeName) return undefined;
  if (node instanceof Element && keyOf(node) !== null) return undefined;
  return node;
}

/** @param {Element} element */
function keyOf(element) {
  return element.getAttribute('data-key') ?? (element.id === '' ? null : element.id);
}
