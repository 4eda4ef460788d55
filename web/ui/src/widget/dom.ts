// A few lines instead of a framework: elements are made by hand, text is only
// ever set as text.

export type Child = Node | string | number | null | undefined | false; // a falsy one is none

type Props = Record<string, unknown>;

/** h makes an element. Properties that begin with "on" are listeners;
 * undefined and false leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value as EventListener);
    else if (value != null && value !== false) el.setAttribute(name, value as string);
  }
  fill(el, ...children);
  return el;
}

/** fill replaces what is in an element. */
export function fill(el: Element, ...children: Child[]): void {
  el.replaceChildren(...(children.filter(Boolean) as (Node | string)[]));
}

/** press makes a button that does something, and nothing else. */
export function press(kind: string, go: (e: MouseEvent) => void, props: Props, ...children: Child[]): HTMLButtonElement {
  return h('button', { type: 'button', class: kind, onclick: go, ...props }, ...children);
}

/** icon draws one path on a 24 by 24 grid; it says nothing to who cannot see it. */
export function icon(path: string): SVGElement {
  const [svg, line] = ['svg', 'path'].map((name) => document.createElementNS('http://www.w3.org/2000/svg', name)) as [SVGElement, SVGElement];
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

export const icons = {
  chat: 'M4 5h16v11H9l-5 4z',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  send: 'M4 4l17 8-17 8 3-8zM7 12h14',
};
