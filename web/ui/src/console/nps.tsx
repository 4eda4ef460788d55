import { $api, Await, Loading, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Paper, Text } from '@mantine/core';
import css from './console.module.css';

/** Whether customers would recommend the program: the figure, how sure it is, and of how many. */
export function Recommended({ program }: { program: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const read = $api.useQuery('get', '/api/v1/programs/{program}/nps', { params: { path: { program } } });
  const whole = (bp: number) => format.number(Math.round(bp / 100));
  return (
    <section>
      <h2 className={layout.subject}>{t('nps.title')}</h2>
      <Paper>
        <Await read={read} loading={<Loading rows={1} height={90} />}>
          {(nps) => (
            <>
              {nps.value_bp === null ? (
                <Text>{t('nps.none')}</Text>
              ) : (
                <>
                  <div className={layout.row}>
                    <span className={css.big}>{whole(nps.value_bp)}</span>
                    <span className={css.quiet}>{t('nps.sample', { count: nps.n })}</span>
                  </div>
                  <Text size="sm" mb="sm">
                    {t('nps.range', { low: whole(nps.low_bp ?? 0), high: whole(nps.high_bp ?? 0) })}
                  </Text>
                </>
              )}
              <dl className={css.facts}>
                {(['promoters', 'passives', 'detractors', 'unsaid'] as const).map((key) => (
                  <div key={key} style={{ display: 'contents' }}>
                    <dt>{t(`nps.${key}`)}</dt>
                    <dd>{format.number(nps[key])}</dd>
                  </div>
                ))}
              </dl>
              <Text size="sm" c="dimmed" mt="sm">
                {t('nps.about')}
              </Text>
            </>
          )}
        </Await>
      </Paper>
    </section>
  );
}
