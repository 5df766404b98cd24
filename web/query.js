/**
 * query.js - what the page's address asks for:
 *
 *   ?scene=NAME   of the gallery       ?size=WxH   ?samples=N   ?threads=N   ?threads=no: the engine for one thread
 *   ?embed=1      picture only         ?run=no     shown, not run
 *
 * What makes no sense is left out.
 */

const whole = (text, most) => (/^[1-9]\d{0,5}$/.test(text ?? '') && Number(text) <= most ? Number(text) : null);

/** @returns {{scene: string|null, size: {width,height}|null, samples, threads: number|null, single, embed, run: boolean}} */
export function readQuery(search) {
  const query = new URLSearchParams(search);
  const [width, height] = (query.get('size') ?? '').split('x').map((side) => whole(side, 8192));
  const scene = query.get('scene');
  return {
    scene: /^[a-z0-9][a-z0-9_-]*$/i.test(scene ?? '') ? scene : null,
    size: width && height ? { width, height } : null,
    samples: whole(query.get('samples'), 65536),
    threads: whole(query.get('threads'), 1024),
    single: query.get('threads') === 'no',
    embed: query.get('embed') === '1',
    run: query.get('run') !== 'no',
  };
}
