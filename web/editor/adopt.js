/* adopt.js - the editor's styles under a strict content-security policy. style-mod would write <style> elements into the document, which
 * `style-src 'self'` forbids; constructed sheets are allowed. Imported before any editor is made. */
import { StyleModule } from 'style-mod';

const sheets = new WeakMap(); // document or shadow root → {sheet, modules}

/** In place of style-mod's: rules of later modules come first in `modules`, and so win. Each module's rules are added once. */
function mount(root, modules) {
  if (!sheets.has(root)) {
    const sheet = new CSSStyleSheet();
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    sheets.set(root, { sheet, modules: [] });
  }
  const adopted = sheets.get(root);
  const wanted = Array.isArray(modules) ? modules : [modules];
  const added = wanted.filter((each) => !adopted.modules.includes(each));
  if (!added.length) return;
  // Those of another editor stay; the order among `wanted` is theirs.
  adopted.modules = [...adopted.modules.filter((each) => !wanted.includes(each)), ...wanted];
  adopted.sheet.replaceSync(adopted.modules.map((each) => each.getRules()).join('\n'));
}

StyleModule.mount = mount;
