/** elements.js - making elements without HTML text: what scenes say is only ever text. */
const SVG = 'http://www.w3.org/2000/svg';

/** make('button', {class: 'quiet', type: 'button', onclick}, 'Fix') - attributes, `on…` listeners, then children (nodes or text). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** One of index.html's symbols. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Changes the text only if it is another one: no needless layout, nothing announced twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
