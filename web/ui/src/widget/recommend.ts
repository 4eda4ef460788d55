// Whether the customer would recommend this help: asked of few, and seldom.
import type { Question } from './api';
import type { Place } from './ask';
import { fill, h, press } from './dom';

/** recommend asks where the API says that this customer is to be asked. */
export function recommend(p: Place, q: Question): HTMLElement {
  const { t, api } = p;
  const said = h('p', { class: 'hint', role: 'status' });
  const el = h('div', {}, said);
  const score = (value: number | null, label = `${value}`) => {
    const give = async () => {
      await api.giveNPS(q.id, value);
      fill(el, said);
      said.textContent = t('rate.thanks');
    };
    const button = press('quiet', () => p.busy(button, give), {}, label);
    return button;
  };
  api.asksNPS(q.id).then(
    (yes) => yes.ask && said.before(h('fieldset', { class: 'scale' }, h('legend', {}, t('nps.legend')), ...[...Array(11).keys()].map((n) => score(n)), score(null, t('close')))),
    () => 0, // nothing depends on it
  );
  return el;
}
