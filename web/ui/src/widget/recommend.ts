// Whether the customer would recommend this help: asked of few, and seldom.
import type { Question } from './api';
import type { Place } from './ask';
import { fill, h, press } from './dom';

const asked = new Map<string, Promise<{ ask: boolean }>>(); // by question: a thread is drawn often

/** recommend asks where the API says that this customer is to be asked. */
export function recommend(p: Place, q: Question): HTMLElement {
  const { t, api } = p;
  const el = h('p', { class: 'hint', role: 'status' });
  const ask = asked.get(q.id) ?? api.asksNPS(q.id);
  asked.set(q.id, ask);
  const score = (value: number | null, label = `${value}`) => {
    const give = async () => {
      await api.giveNPS(q.id, value);
      asked.set(q.id, Promise.resolve({ ask: false }));
      fill(el, t('rate.thanks'));
    };
    const button = press('quiet', () => p.busy(button, give), {}, label);
    return button;
  };
  ask.then(
    (yes) => yes.ask && fill(el, t('nps.legend'), ...[...Array(11).keys()].map((n) => score(n)), score(null, t('close'))),
    () => 0, // nothing depends on it
  );
  return el;
}
