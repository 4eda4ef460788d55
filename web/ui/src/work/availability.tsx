import { $api, key, useAnnounce, useI18n, useWrite, client } from '@kit/index';
import { Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import css from './work.module.css';

const expertKey = $api.queryOptions('get', '/api/v1/me/expert').queryKey;

/** Whether one wants offers now; at the top of every screen. */
export function Availability() {
  const { t } = useI18n();
  const say = useAnnounce();
  const queries = useQueryClient();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const known = expert.data;
  const set = useWrite(
    async (available: boolean) => {
      // safe to show at once: it is one's own wish, and the last one holds
      queries.setQueryData(expertKey, (old: typeof known) => old && { ...old, available });
      await client.PUT('/api/v1/me/expert/availability', { body: { available } }).catch((e: unknown) => {
        void expert.refetch();
        throw e;
      });
    },
    { stale: [key('/api/v1/me/expert'), key('/api/v1/offers')], after: (_, available) => say(t(available ? 'available.on' : 'available.off')) },
  );
  if (!known) return null;
  return (
    <>
      <Switch
        size="md"
        checked={known.available}
        onChange={(e) => set.mutate(e.currentTarget.checked)}
        label={<strong>{t(known.available ? 'available.on' : 'available.off')}</strong>}
        className={css.available}
      />
      <span className={css.hands}>
        {t('hands', { n: known.in_hand, of: known.capacity })}
        <span className={css.pips} aria-hidden>
          {Array.from({ length: Math.min(known.capacity, 8) }, (_, i) => (
            <i key={i} data-full={i < known.in_hand || undefined} />
          ))}
        </span>
      </span>
    </>
  );
}
