// Whether the customer would recommend this help: asked of few, and seldom.
import type { Question } from './api';
import type { Place } from './ask';
import { fill, h, press } from './dom';

const asked = new Map<string, Promise<boolean>>(); // by question: a thread is drawn often

/** recommend asks where the API says that this customer is to be asked. */
export function recommend(p: Place, q: Question): HTMLElement {
  const { t, api } = p;
  const el = h('div', {});
  const ask = asked.get(q.id) ?? api.asksNPS(q.id).catch(() => false);
  asked.set(q.id, ask);
  const give = async (score: number | null) => {
    await api.giveNPS(q.id, score);
    asked.set(q.id, Promise.resolve(false));
    fill(el, h('p', { class: 'hint', role: 'status' }, t('nps.thanks')));
  };
  const scale = Array.from({ length: 11 }, (_, n) => {
    const button = press('quiet', () => void p.busy(button, () => give(n)), {}, String(n));
    return button;
  });
  const skip = press('quiet', () => void p.busy(skip, () => give(null)), {}, t('nps.skip'));
  void ask.then((yes) => {
    if (yes) fill(el, h('fieldset', { class: 'nps' }, h('legend', {}, t('nps.legend')), ...scale, skip));
  });
  return el;
}
