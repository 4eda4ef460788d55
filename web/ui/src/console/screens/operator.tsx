import { $api, Await, client, DataList, FormDialog, Money, Page, type Schemas, useCodes, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Paper, TextInput } from '@mantine/core';
import { useState } from 'react';
import { operatorTabs, Tabs } from '../tabs';

/** How the platform's books stand, and the proof that they add up. */
export default function Operator() {
  const { t } = useI18n();
  const codes = useCodes();
  const ledger = $api.useQuery('get', '/api/v1/ledger');
  return (
    <Page title={t('operator.title')} about={t('operator.about')} actions={
        <>
          {ledger.data && !ledger.data.paused && <Brake verb="pause" />}
          <Prove />
        </>
      }>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <Await read={ledger}>
        {({ accounts, paused }) => (
          <div className={layout.stack}>
            {paused && <Paused />}
            <Paper p={0}>
              <DataList
                compact
                label={t('operator.money')}
                rows={accounts}
                rowKey={(row) => row.kind + row.balance.currency}
                columns={[
                  { key: 'kind', label: t('operator.account'), lead: true, cell: (row) => codes('account', row.kind) },
                  { key: 'currency', label: t('operator.currency'), wide: true, cell: (row) => row.balance.currency },
                  { key: 'balance', label: t('operator.balance'), end: true, cell: (row) => <Money of={row.balance} /> },
                ]}
              />
            </Paper>
            <Sum accounts={accounts} />
          </div>
        )}
      </Await>
    </Page>
  );
}

/** Debits equal credits: per currency they leave nothing. */
function Sum({ accounts }: { accounts: readonly Schemas['LedgerTotal'][] }) {
  const { t } = useI18n();
  const sums = new Map<string, number>();
  for (const { side, balance } of accounts) sums.set(balance.currency, (sums.get(balance.currency) ?? 0) + (side === 'debit' ? balance.amount : -balance.amount));
  return (
    <div className={layout.row}>
      <strong>{t('operator.sum')}</strong>
      {[...sums].map(([currency, amount]) => (
        <Badge key={currency} size="lg" color={amount === 0 ? 'pine' : 'brick'}>
          <Money of={{ amount, currency }} />
        </Badge>
      ))}
    </div>
  );
}

function Prove() {
  const { t } = useI18n();
  const format = useFormat();
  const check = useWrite(async () => (await client.POST('/api/v1/ledger/check')).data!);
  return (
    <>
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
        {t('operator.prove')}
      </Button>
      <span role="status">
        {check.data && (
          <Badge size="lg" color={check.data.balanced && check.data.violations.length === 0 ? 'pine' : 'brick'}>
            {t(check.data.balanced && check.data.violations.length === 0 ? 'operator.proved' : 'operator.wrong', { entries: format.number(check.data.entries), postings: format.number(check.data.postings) })}
          </Badge>
        )}
      </span>
    </>
  );
}

/** Payouts were stopped, by a person or by themselves; somebody who has looked lets them go on. */
function Paused() {
  const { t } = useI18n();
  return (
    <Alert color="brick" title={t('operator.paused')}>
      {t('operator.paused.text')}
      <div>
        <Brake verb="resume" />
      </div>
    </Alert>
  );
}

/** Stops payouts, or lets them go on, with the reason. */
function Brake({ verb }: { verb: 'pause' | 'resume' }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const brake = useWrite(() => client.POST(`/api/v1/payouts/${verb}`, { body: { reason } }), { stale: [['get', '/api/v1/ledger']], after: () => setOpen(false) });
  return (
    <>
      <Button mt={verb === 'resume' ? 'sm' : undefined} variant={verb === 'pause' ? 'default' : 'filled'} color="brick" onClick={() => setOpen(true)}>
        {t(`operator.${verb}`)}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t(`operator.${verb}`)} danger busy={brake.isPending} disabled={!reason.trim()} send={() => brake.mutate()}>
        <TextInput label={t('acts.reason')} description={t('acts.reason.text')} required maxLength={200} value={reason} onChange={(e) => setReason(e.currentTarget.value)} dir="auto" data-autofocus />
      </FormDialog>
    </>
  );
}
