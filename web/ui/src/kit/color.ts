/**
 * dark reports whether white can be read on a colour, and black cannot as well:
 * by WCAG's luminance, whose curve is as good as a power of 2.2 for this. Either
 * way what is written has a contrast of 4.5 at least.
 */
export function dark(color: string): boolean {
  const light = (at: number) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5) < 0.18;
}
