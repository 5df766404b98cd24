/** theme.js - colours as the system has them, or dark, or light: data-theme of the document, remembered. */
import { recall, remember } from './remember.js';

const THEMES = {
  auto: { name: 'as the system', icon: 'auto' },
  dark: { name: 'dark', icon: 'moon' },
  light: { name: 'light', icon: 'sun' },
};

export function mountTheme(root) {
  const button = root.querySelector('#theme');
  const names = Object.keys(THEMES);
  let theme = recall('theme');

  const set = (name) => {
    theme = names.includes(name) ? name : 'auto';
    if (theme === 'auto') delete root.documentElement.dataset.theme;
    else root.documentElement.dataset.theme = theme;
    const label = `Colours: ${THEMES[theme].name}`;
    button.setAttribute('aria-label', label);
    button.title = label;
    button.querySelector('use').setAttribute('href', `#icon-${THEMES[theme].icon}`);
  };

  set(theme);
  button.addEventListener('click', () => {
    set(names[(names.indexOf(theme) + 1) % names.length]);
    remember('theme', theme);
  });
}
