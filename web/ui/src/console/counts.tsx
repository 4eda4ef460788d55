import { $api, type Schemas, useI18n } from '@kit/index';
import Archive from 'lucide-react/icons/archive';
import css from './console.module.css';
import { usePlace } from './place';

type State = Schemas['BrandQuestion']['state'];

/** Parts of the queue, and the states that are in them. */
export const slices: Record<'open' | 'waiting' | 'working' | 'answered' | 'brand' | 'ended', State[]> = {
  open: ['asked', 'offered', 'assigned', 'answered', 'escalated'],
  waiting: ['asked', 'offered'],
  working: ['assigned'],
  answered: ['answered'],
  brand: ['escalated'],
  ended: ['resolved', 'withdrawn'],
};

export type Slice = keyof typeof slices;

/** How much there is of each, and a way to see only that. */
export function Counts({ at, pick }: { at: Slice; pick: (slice: Slice) => void }) {
  const { t } = useI18n();
  const { brand, program } = usePlace();
  const queue = $api.useQuery('get', '/api/v1/brands/{brand}/queue', { params: { path: { brand }, query: { program: program?.id } } });
  const of = (slice: Slice) => (slice === 'ended' ? undefined : queue.data && queue.data.states.filter(({ state }) => slices[slice].includes(state)).reduce((sum, { count }) => sum + count, 0));
  return (
    <ul className={css.counts}>
      {(Object.keys(slices) as Slice[]).map((slice) => (
        <li key={slice}>
          <button type="button" className={css.count} aria-pressed={slice === at} onClick={() => pick(slice)}>
            <strong>{slice === 'ended' ? <Archive size={26} aria-hidden /> : (of(slice) ?? '–')}</strong>
            <span>{t(`queue.${slice}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
