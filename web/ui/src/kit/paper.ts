// Paper is white, whatever the screen is: what is printed is drawn as in light.

const scheme = 'data-mantine-color-scheme';

/** Has what is printed drawn as in light, and the screen as it was afterwards. */
export function lightOnPaper() {
  const root = document.documentElement;
  let was: string | null = null;
  const print = (on: boolean) => {
    if (on === (was !== null)) return; // browsers tell of it in one way or in both
    if (on) {
      was = root.getAttribute(scheme) ?? 'light';
      root.setAttribute(scheme, 'light');
    } else {
      root.setAttribute(scheme, was as string);
      was = null;
    }
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  matchMedia('print').addEventListener('change', (e) => print(e.matches));
}
