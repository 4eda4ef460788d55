// Pictures for tests, as a browser makes them.

/** A JPEG of 64 by 48 points with stripes that are two points wide: what is read back of it shows whether it was blurred. */
export async function striped(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const g = canvas.getContext('2d');
    for (let x = 0; x < 64; x++) {
      g.fillStyle = x % 4 < 2 ? '#200' : '#fdd';
      g.fillRect(x, 0, 1, 48);
    }
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 1));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** How often light and dark change along a line of a canvas, from one share of its width to another. */
export function changes(canvas, { from, to, at }) {
  return canvas.evaluate(
    (el, { from, to, at }) => {
      const { width, height } = el;
      const [left, wide] = [Math.round(width * from), Math.round(width * (to - from))];
      const { data } = el.getContext('2d').getImageData(left, Math.floor(height * at), wide, 1);
      const light = Array.from({ length: wide }, (_, i) => data[4 * i + 1] > 110);
      return light.filter((now, i) => i > 0 && now !== light[i - 1]).length;
    },
    { from, to, at },
  );
}
