import { Await, client, DataList, Empty, Loading, More, Page, Redacted, type Schemas, useCodes, useFormat, useI18n, usePages, When } from '@kit/index';
import { Badge, Paper, Select, Switch, TextInput } from '@mantine/core';
import Inbox from 'lucide-react/icons/inbox';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import css from '../console.module.css';
import { Counts, type Slice, slices } from '../counts';
import { Due } from '../due';
import { useBrand, usePlace } from '../place';
import { tones } from '../tones';

type Row = Schemas['BrandQuestion'];

/** What customers wait for, soonest promise first, as it changes. */
export default function Queue() {
  const { t } = useI18n();
  const [slice, setSlice] = useState<Slice>('open');
  const [overdue, setOverdue] = useState(false);
  const [language, setLanguage] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<'due' | 'newest'>('due');
  const [q] = useDebouncedValue(search.trim(), 300);
  const { path } = useBrand();
  const { program } = usePlace();
  const order = slice === 'ended' ? 'newest' : sort; // what has ended is promised no more
  const filter = { state: slices[slice], program: program?.id, overdue: overdue || undefined, language: language ?? undefined, q: q || undefined, sort: order } as const;
  const rows = usePages<Row>(
    '/api/v1/brands/{brand}/questions',
    async (cursor) => (await client.GET('/api/v1/brands/{brand}/questions', { params: { path, query: { ...filter, cursor, limit: 40 } } })).data!,
    { ...path, ...filter },
  );
  return (
    <Page title={t('queue.title')} about={t('queue.about')}>
      <Paper p={0}>
        <Counts at={slice} pick={setSlice} />
        <Filters {...{ overdue, setOverdue, language, setLanguage, search, setSearch, sort: order, setSort, ended: slice === 'ended' }} />
        <Await read={rows} loading={<Loading height={64} rows={5} />}>
          {(list) =>
            list.length ? (
              <>
                <List rows={list} />
                <More of={rows} />
              </>
            ) : (
              <Empty title={t('queue.none')} icon={<Inbox size={28} />}>
                {t('queue.none.text')}
              </Empty>
            )
          }
        </Await>
      </Paper>
    </Page>
  );
}

function Filters(p: { overdue: boolean; setOverdue: (on: boolean) => void; language: string | null; setLanguage: (tag: string | null) => void; search: string; setSearch: (text: string) => void; sort: 'due' | 'newest'; setSort: (by: 'due' | 'newest') => void; ended: boolean }) {
  const { t } = useI18n();
  const format = useFormat();
  const { program } = usePlace();
  return (
    <div className={css.filters}>
      <TextInput type="search" aria-label={t('queue.search')} placeholder={t('queue.search')} value={p.search} onChange={(e) => p.setSearch(e.currentTarget.value)} maxLength={100} />
      <Select
        aria-label={t('queue.sort')}
        data={(['due', 'newest'] as const).map((value) => ({ value, label: t(`queue.sort.${value}`) }))}
        value={p.sort}
        onChange={(value) => value && p.setSort(value as 'due' | 'newest')}
        allowDeselect={false}
        disabled={p.ended}
      />
      <Select
        aria-label={t('queue.language')}
        placeholder={t('queue.language')}
        data={(program?.languages ?? []).map((tag) => ({ value: tag, label: format.language(tag) }))}
        value={p.language}
        onChange={p.setLanguage}
        clearable
        clearButtonProps={{ 'aria-label': t('remove') }}
      />
      <Switch label={t('queue.overdue')} checked={p.overdue} onChange={(e) => p.setOverdue(e.currentTarget.checked)} mt={8} />
    </div>
  );
}

function List({ rows }: { rows: Row[] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  return (
    <DataList
      compact
      label={t('queue.title')}
      rows={rows}
      rowKey={(row) => row.id}
      href={(row) => `/questions/${row.id}`}
      columns={[
        { key: 'title', label: t('queue.question'), lead: true, cell: (row) => <Redacted text={row.title} /> },
        { key: 'state', label: t('queue.state'), cell: (row) => <State row={row} /> },
        { key: 'with', label: t('queue.with'), wide: true, cell: (row) => row.expert || '–' },
        { key: 'language', label: t('queue.language'), cell: (row) => format.language(row.language) },
        { key: 'asked', label: t('queue.asked'), wide: true, cell: (row) => <When at={row.asked_at} /> },
        { key: 'due', label: t('queue.due'), end: true, cell: (row) => <Due of={row} /> },
      ]}
    />
  );
  function State({ row }: { row: Row }) {
    return (
      <>
        <Badge color={tones[row.state] ?? 'gray'}>{codes('state', row.state)}</Badge>
        {row.reopened > 0 && (
          <Badge color="honey" ms={6}>
            {t('queue.reopened', { count: row.reopened })}
          </Badge>
        )}
        {row.escalated_reason && row.state === 'escalated' && <span className={css.quiet}> {codes('escalated', row.escalated_reason)}</span>}
      </>
    );
  }
}
