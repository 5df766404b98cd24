/**
 * picture.js - the canvas: bands of pixels as they come, shown to fit the pane or pixel by pixel.
 *
 * The canvas has the picture's size in pixels; how large it is seen is style only, so that nothing else moves when the first frame or one
 * of another size arrives. "1:1" is one pixel of the picture on one of the screen's. While a scene is wrong its last good picture stays.
 */

/** Fitted pictures are enlarged smoothly up to this factor, then their pixels are shown as they are. */
const SMOOTH = 2;

export function mountPicture(session, root) {
  const canvas = root.querySelector('#canvas');
  const stage = root.querySelector('#stage');
  const view = root.querySelector('#view');
  const zoom = root.querySelector('#zoom');
  const stale = root.querySelector('#stale');
  const context = canvas.getContext('2d', { alpha: false });
  let painted = false;

  const factor = () => Number(zoom.value) || 0; // screen pixels for one of the picture's; 0: as fits

  /** Sets how large the canvas is seen, and keeps the middle of what is seen in the middle. */
  const layOut = () => {
    const { width, height } = canvas;
    const ratio = globalThis.devicePixelRatio || 1;
    const fit = Math.min(stage.clientWidth / width, stage.clientHeight / height);
    const scale = factor() ? factor() / ratio : fit;
    const middleX = (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth;
    const middleY = (view.scrollTop + view.clientHeight / 2) / view.scrollHeight;
    canvas.style.width = `${width * scale}px`;
    canvas.style.height = `${height * scale}px`;
    canvas.classList.toggle('pixels', scale * ratio >= SMOOTH);
    stage.classList.toggle('zoomed', scale > fit * 1.001);
    view.tabIndex = scale > fit * 1.001 ? 0 : -1;
    view.scrollLeft = middleX * view.scrollWidth - view.clientWidth / 2;
    view.scrollTop = middleY * view.scrollHeight - view.clientHeight / 2;
  };

  const paint = ({ width, height, bands }) => {
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      layOut();
    }
    for (const band of bands) context.putImageData(imageOf(context, band, width), 0, band.y);
    if (painted) return;
    painted = true;
    stage.classList.add('painted');
  };

  const mark = () => { stale.hidden = !(painted && session.state === 'error'); };

  session.addEventListener('frame', (event) => paint(event.detail));
  session.addEventListener('state', mark);
  zoom.addEventListener('change', layOut);
  new ResizeObserver(layOut).observe(stage);
  layOut();
}

/** ImageData refuses shared memory: such bands are copied once more. */
function imageOf(context, { pixels, height }, width) {
  if (pixels.buffer instanceof ArrayBuffer) return new ImageData(pixels, width, height);
  const image = context.createImageData(width, height);
  image.data.set(pixels);
  return image;
}
