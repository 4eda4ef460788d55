// Pictures: picked, made smaller, parts of them made unreadable by who sends
// them, and drawn anew, so that nothing but what is seen leaves the browser.
// Until they are sent they are part of the draft.
import { fill, h, icon, icons, press } from './dom';
import type { Api, Picture } from './api';
import type { Place } from './ask';
import type { T } from './words';

type Point = [x: number, y: number];
type Area = [x: number, y: number, width: number, height: number];

const most = 4;
const widest = 2048;

export interface Pictures {
  el: HTMLElement;
  upload(): Promise<string[]>;
  clear(): void;
}

interface Chosen {
  canvas: HTMLCanvasElement;
  kept?: true; // once its sender was done with it: one that is yet to be blurred outlasts no page
  id?: string; // once the API has it
}

/** pictures is a field for up to four of them, which the store keeps under a name. */
export function pictures({ t, api, store, over }: Place, name: string): Pictures {
  let chosen: Chosen[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const shown = h('div', { class: 'thumbs' });
  const said = h('p', { class: 'hint', role: 'status' });
  const input = h('input', { type: 'file', accept: 'image/*', multiple: true, class: 'sr', onchange: add });
  const label = h('label', { class: 'quiet' }, icon(icons.picture), t('pictures.add'), input);
  const el = h('div', { class: 'pictures' }, label, shown, said);

  function draw(): void {
    chosen.splice(most);
    fill(
      shown,
      ...chosen.map((one, i) => {
        const drop = () => {
          chosen.splice(i, 1);
          changed();
          input.focus();
        };
        return h(
          'span',
          { class: 'thumb' },
          press('', () => open(one), { 'aria-label': t('pictures.blur', { n: i + 1 }) }, one.canvas),
          press('drop', drop, { 'aria-label': t('pictures.remove', { n: i + 1 }) }, icon(icons.close)),
        );
      }),
    );
    input.disabled = chosen.length >= most;
  }

  /** later has the store do one thing after the other; where the page may keep nothing, it is no error. */
  function later(work: () => Promise<unknown>): void {
    before = before.then(work).catch(() => {});
  }

  function changed(): void {
    draw();
    later(async () => store.keep(name, await Promise.all(chosen.filter((one) => one.kept).map(blobOf))));
  }

  async function add(): Promise<void> {
    said.textContent = '';
    for (const file of [...(input.files ?? [])].slice(0, most)) {
      try {
        chosen.push({ canvas: await drawn(file) });
      } catch {
        said.textContent = t('pictures.bad', { name: file.name });
      }
    }
    input.value = '';
    draw();
    const last = chosen.at(-1);
    if (last) open(last);
  }

  function open(one: Chosen): void {
    const close = over(
      editor(t, one.canvas, () => {
        chosen.splice(chosen.indexOf(one), 1, { canvas: one.canvas, kept: true }); // what is under way is of the one before
        close();
        changed();
      }),
    );
  }

  later(async () => {
    for (const blob of await store.kept(name)) chosen.push({ canvas: await drawn(blob), kept: true });
    draw();
  });

  return {
    el,
    clear() {
      chosen = [];
      changed();
    },
    upload: () => Promise.all(chosen.map(async (one) => (one.id ??= (await api.upload(await blobOf(one))).id))),
  };
}

/** editor lets areas be made unreadable: drawn with a pointer, or by keys. */
function editor(t: T, target: HTMLCanvasElement, done: () => void): HTMLElement {
  const { width, height } = target;
  const canvas = h('canvas', {
    tabindex: 0,
    role: 'img',
    'aria-label': t('blur.canvas'),
    width,
    height,
    onpointerdown: (e: PointerEvent) => {
      from = at(e);
      canvas.setPointerCapture(e.pointerId);
    },
    onpointermove: (e: PointerEvent) => {
      if (from) draw(between(from, at(e)));
    },
    onpointerup: (e: PointerEvent) => {
      const a = from && between(from, at(e));
      from = undefined;
      if (a && a[2] > 4 && a[3] > 4) areas.push(a);
      draw();
    },
    onkeydown: (e: KeyboardEvent) => {
      const move = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, Point>)[e.key];
      if (move) {
        const [x, y, w, hgt] = area;
        const [dx, dy] = [(move[0] * unit) / 2, (move[1] * unit) / 2];
        area = e.shiftKey // with it the frame grows
          ? [x, y, Math.max(unit / 2, w + dx), Math.max(unit / 2, hgt + dy)]
          : [Math.max(0, x + dx), Math.max(0, y + dy), w, hgt];
      } else if (e.key === 'Enter' || e.key === ' ') areas.push([...area]);
      else return;
      e.preventDefault();
      draw(area);
    },
    onfocus: () => {
      if (canvas.matches(':focus-visible')) draw(area);
    },
  });
  const g = canvas.getContext('2d')!;
  const areas: Area[] = [];
  const unit = Math.max(width, height) / 20;
  let area: Area = [unit, unit, unit * 5, unit * 2]; // x, y, width, height: what the keys move
  let from: Point | undefined;

  const draw = (frame?: Area) => {
    g.drawImage(target, 0, 0);
    for (const a of areas) smear(g, a);
    if (!frame) return;
    g.lineWidth = Math.max(2, unit / 8);
    for (const [color, dash] of [
      ['#fff', []],
      ['#000', [unit / 3]],
    ] as [string, number[]][]) {
      g.strokeStyle = color;
      g.setLineDash(dash);
      g.strokeRect(...frame);
    }
  };
  const at = (e: PointerEvent): Point => [
    (e.offsetX * width) / canvas.clientWidth,
    (e.offsetY * height) / canvas.clientHeight,
  ];
  const between = (a: Point, b: Point): Area => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];

  draw();
  const undo = () => {
    areas.pop();
    draw();
  };
  const keep = () => {
    draw(); // without the frame
    target.getContext('2d')!.drawImage(canvas, 0, 0);
    done();
  };
  return h(
    'div',
    { class: 'editor' },
    h('p', { class: 'hint' }, t('blur.how')),
    canvas,
    h('div', { class: 'row' }, press('quiet', undo, {}, t('blur.undo')), press('main', keep, {}, t('blur.done'))),
  );
}

/** smear leaves of an area a handful of colours: nothing can be read back. */
function smear(g: CanvasRenderingContext2D, [x, y, w, hgt]: Area): void {
  const tiny = h('canvas', { width: 4, height: 3 });
  tiny.getContext('2d')!.drawImage(g.canvas, x, y, w, hgt, 0, 0, 4, 3);
  g.drawImage(tiny, 0, 0, 4, 3, x, y, w, hgt);
}

async function drawn(file: Blob): Promise<HTMLCanvasElement> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, widest / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)] as const;
  const canvas = h('canvas', { width, height });
  canvas.getContext('2d')!.drawImage(image, 0, 0, width, height);
  return canvas;
}

function blobOf({ canvas }: Chosen): Promise<Blob> {
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(Error())), 'image/jpeg', 0.88));
}

/** view shows a picture of the conversation. It is drawn, not linked: the page's
 * policy may allow no images of others. */
export function view(api: Api, t: T, picture: Picture, n: number): HTMLElement {
  const canvas = h('canvas', { role: 'img', 'aria-label': t('pictures.one', { n }), width: picture.width, height: picture.height });
  api
    .picture(picture.id)
    .then(createImageBitmap)
    .then((image) => canvas.getContext('2d')!.drawImage(image, 0, 0))
    .catch(() => (canvas.ariaLabel = t('pictures.gone')));
  return canvas;
}
