import { client, Empty, Page, PageList, Redacted, type Schemas, useCodes, useI18n, usePages, When } from '@kit/index';
import { Badge, Paper, Select } from '@mantine/core';
import Smile from 'lucide-react/icons/smile';
import { useState } from 'react';
import css from '../console.module.css';
import { useBrand, usePlace } from '../place';

type Row = Schemas['Feedback'];

/** What customers said of the answers. */
export default function Feedback() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const { program } = usePlace();
  const [most, setMost] = useState<string | null>(null);
  const query = { program: program?.id, max_csat: most ? Number(most) : undefined };
  const list = usePages<Row>('/api/v1/brands/{brand}/feedback', async (cursor) => (await client.GET('/api/v1/brands/{brand}/feedback', { params: { path, query: { ...query, cursor, limit: 40 } } })).data!, { ...path, ...query });
  return (
    <Page title={t('feedback.title')} about={t('feedback.about')}>
      <Paper p={0}>
        <div className={css.filters}>
          <Select
            aria-label={t('feedback.filter')}
            placeholder={t('feedback.filter')}
            data={[1, 2, 3].map((n) => ({ value: String(n), label: t('feedback.most', { n }) }))}
            value={most}
            onChange={setMost}
            clearable
            clearButtonProps={{ 'aria-label': t('remove') }}
          />
        </div>
        <PageList
          of={list}
          empty={<Empty title={t('feedback.none')} icon={<Smile size={28} />} />}
          compact
          label={t('feedback.title')}
          rowKey={(row) => row.id}
          href={(row) => `/questions/${row.question}`}
          columns={[
            { key: 'title', label: t('queue.question'), lead: true, cell: (row) => <Redacted text={row.title} /> },
            { key: 'csat', label: t('feedback.csat'), cell: (row) => <Stars n={row.csat} /> },
            { key: 'solved', label: t('feedback.solved'), cell: (row) => <Badge color={row.solved ? 'pine' : 'brick'}>{t(row.solved ? 'feedback.yes' : 'feedback.no')}</Badge> },
            { key: 'why', label: t('feedback.why'), cell: (row) => [row.reason && codes('reason', row.reason), row.comment].filter(Boolean).join(' · ') },
            { key: 'at', label: t('feedback.at'), end: true, cell: (row) => <When at={row.given_at} /> },
          ]}
        />
      </Paper>
    </Page>
  );
}

function Stars({ n }: { n: number | null }) {
  const { t } = useI18n();
  if (n === null) return <>–</>;
  return (
    <span className={css.stars} role="img" aria-label={t('feedback.stars', { count: n })}>
      {'★'.repeat(n)}
      {'☆'.repeat(5 - n)}
    </span>
  );
}
