import { Paper, Text } from '@mantine/core';
import { $api, type Schemas } from '../api';
import { Money, useFormat } from '../format';
import { useI18n } from '../i18n';
import { DataList } from './datalist';
import { Await } from './states';

type Spread = Schemas['PaySpread'];

/** A program's open books: what work pays, how it is split, and what experts earn. */
export function OpenBooks({ program }: { program: string }) {
  const books = $api.useQuery('get', '/api/v1/programs/{program}/books', { params: { path: { program } } }, { retry: false });
  return <Await read={books}>{(of) => <Shown of={of} />}</Await>;
}

function Shown({ of }: { of: Schemas['OpenBooks'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const share = (bp: number) => format.percent(bp / 10_000);
  const spread = (s: Spread) => ({ low: format.money(s.low), median: format.money(s.median), high: format.money(s.high) });
  const nothing = { amount: 0, currency: of.currency };
  const rows = [
    ...of.pay.map((line) => ({ key: line.topic, name: line.name || t('books.any'), reward: line.reward, fee: line.fee })),
    ...(of.work.review.amount ? [{ key: '.review', name: t('books.review'), reward: of.work.review, fee: nothing }] : []),
    ...(of.work.training.amount ? [{ key: '.training', name: t('books.training'), reward: of.work.training, fee: nothing }] : []),
  ];
  return (
    <>
      <Paper p={0}>
        <DataList
          compact
          label={t('books.pay')}
          rows={rows}
          rowKey={(row) => row.key}
          columns={[
            { key: 'name', label: t('books.topic'), lead: true, cell: (row) => row.name },
            { key: 'reward', label: t('books.reward'), end: true, cell: (row) => <Money of={row.reward} /> },
            { key: 'fee', label: t('books.fee'), end: true, wide: true, cell: (row) => (row.fee.amount ? <Money of={row.fee} /> : '–') },
          ]}
        />
      </Paper>
      <ul>
        {of.split && <li>{t('books.split', { experts: share(of.split.experts_bp), fees: share(of.split.fees_bp), refused: share(of.split.refused_bp) })}</li>}
        <li>{of.weekly ? t('books.weekly', spread(of.weekly)) : t('books.few')}</li>
        {of.hourly && <li>{t('books.hourly', spread(of.hourly))}</li>}
        {of.work.handoff_bp > 0 && <li>{t('books.handoff', { share: share(of.work.handoff_bp) })}</li>}
        {of.floor.amount > 0 && <li>{t('books.floor', { sum: format.money(of.floor) })}</li>}
      </ul>
      {of.topics.length > 0 && (
        <Text size="sm" c="dimmed">
          {of.topics.map((topic) => `${topic.topic}: ${format.money(topic.low)} · ${format.money(topic.median)} · ${format.money(topic.high)}`).join(' — ')}
        </Text>
      )}
    </>
  );
}
