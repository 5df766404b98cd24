/** embed.js - ?embed=1: the picture in somebody else's page, and a line of controls: play or stop, the script, the way to the editor. */

export function mountEmbed(session, root) {
  const bar = root.querySelector('#embed-bar');
  const run = root.querySelector('#embed-run');
  const script = root.querySelector('#embed-script');
  const open = root.querySelector('#embed-open');
  root.body.classList.add('embed');
  bar.prepend(root.querySelector('.brand'));
  bar.hidden = false;

  const draw = () => {
    const rendering = session.state === 'rendering';
    run.setAttribute('aria-label', rendering ? 'Stop' : 'Render');
    run.querySelector('use').setAttribute('href', rendering ? '#icon-stop' : '#icon-play');
    root.querySelector('#embed-name').textContent = session.name;
  };
  run.addEventListener('click', () => (session.state === 'rendering' ? session.stop() : session.run()));
  script.addEventListener('click', () => {
    const shown = root.body.classList.toggle('script-open');
    script.setAttribute('aria-expanded', String(shown));
  });
  // The same address in a page of its own; the fragment of a link stays.
  open.href = wholePage(location.href);
  for (const event of ['state', 'text']) session.addEventListener(event, draw);
  draw();
}

/** The address without what makes it small. */
export function wholePage(address) {
  const url = new URL(address);
  url.searchParams.delete('embed');
  return url.href;
}
