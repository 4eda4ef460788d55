import { client, Empty, FormDialog, key, Money, Page, PageList, type Schemas, useCodes, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Paper, TextInput } from '@mantine/core';
import { useState } from 'react';
import { operatorTabs, Tabs } from '../tabs';

type Payout = Schemas['AnyPayout'];
type Run = Schemas['PayoutRound'];
const tones: Record<string, string> = { created: 'gray', sending: 'honey', sent: 'pine', failed: 'brick' };

/** Runs and the payouts they made. */
export default function Payouts() {
  const { t } = useI18n();
  return (
    <Page title={t('operator.payouts')} actions={<Start />}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <div className={layout.stack}>
        <Runs />
        <All />
      </div>
    </Page>
  );
}

function Runs() {
  const { t } = useI18n();
  const codes = useCodes();
  const rows = usePages<Run>('/api/v1/payout_runs', async (cursor) => (await client.GET('/api/v1/payout_runs', { params: { query: { cursor, limit: 10 } } })).data!);
  return (
    <section>
      <h2 className={layout.subject}>{t('payout.runs')}</h2>
      <Paper p={0}>
        <PageList
          of={rows}
          label={t('payout.runs')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'period', label: t('payout.period'), lead: true, cell: (row) => (row.kind === 'weekly' ? <bdi dir="ltr">{row.period}</bdi> : codes('run', row.kind)) },
            { key: 'made', label: t('payout.made'), end: true, cell: (row) => row.made },
            { key: 'sent', label: t('payout.sent'), end: true, cell: (row) => row.sent },
            { key: 'failed', label: t('payout.failed'), end: true, cell: (row) => row.failed },
            { key: 'sum', label: t('money.amount'), end: true, cell: (row) => (row.amounts.length ? row.amounts.map((sum) => <Money key={sum.currency} of={sum} />) : '–') },
            { key: 'at', label: t('money.at'), end: true, cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Paper>
    </section>
  );
}

function All() {
  const { t } = useI18n();
  const codes = useCodes();
  const rows = usePages<Payout>('/api/v1/payouts', async (cursor) => (await client.GET('/api/v1/payouts', { params: { query: { cursor, limit: 30 } } })).data!);
  return (
    <section>
      <h2 className={layout.subject}>{t('operator.payouts')}</h2>
      <Paper p={0}>
        <PageList
          compact
          of={rows}
          empty={<Empty title={t('payout.none')} />}
          label={t('operator.payouts')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'id', label: t('operator.id'), lead: true, cell: (row) => <code dir="ltr">{row.transfer ?? row.id}</code> },
            { key: 'state', label: t('queue.state'), cell: (row) => <Badge color={tones[row.state] ?? 'gray'}>{codes('payout_state', row.state)}</Badge> },
            { key: 'why', label: t('payout.failure'), cell: (row) => row.failure },
            { key: 'at', label: t('money.at'), cell: (row) => <When at={row.created_at} /> },
            { key: 'amount', label: t('money.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
      </Paper>
    </section>
  );
}

/** weekOf is the ISO week of a moment: "2026-W47". */
export function weekOf(at: Date): string {
  const day = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7)); // the Thursday of the same week
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  return `${day.getUTCFullYear()}-W${String(Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7)).padStart(2, '0')}`;
}

function Start() {
  const { t } = useI18n();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [period, setPeriod] = useState(() => weekOf(new Date()));
  const run = useWrite(async () => (await client.POST('/api/v1/payout_runs', { body: { period: period.trim() } })).data!, {
    stale: [key('/api/v1/payout_runs'), key('/api/v1/payouts'), key('/api/v1/ledger')],
    done: (out) => t('payout.ran', { count: out.made, n: format.number(out.made) }),
    after: () => setOpen(false),
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('payout.run')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('payout.run')} busy={run.isPending} send={() => run.mutate()}>
        <TextInput label={t('payout.period')} description={t('payout.period.text')} required pattern="\d{4}-W\d{2}" value={period} onChange={(e) => setPeriod(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}
