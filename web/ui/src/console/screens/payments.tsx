import { $api, Await, client, Empty, key, Money, Page, PageList, type Schemas, useCodes, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Button, Group, Paper, Stack, Switch, Text } from '@mantine/core';
import CreditCard from 'lucide-react/icons/credit-card';
import { useState } from 'react';
import { AmountInput, minorOf, typed } from '../amount';
import css from '../console.module.css';
import { usePlace } from '../place';
import { moneyTabs, Tabs } from '../tabs';

type Payment = Schemas['Payment'];
type Refund = Schemas['Refund'];
type Program = Schemas['Program'];
const tones: Record<string, string> = { created: 'gray', open: 'honey', paid: 'pine', failed: 'brick', sending: 'honey', sent: 'pine' };

/** What was paid in and back, and when the wallet is filled by itself. */
export default function Payments() {
  const { t } = useI18n();
  const { brand, program } = usePlace();
  const wallets = $api.useQuery('get', '/api/v1/brands/{brand}/wallets', { params: { path: { brand } } }, { enabled: !!brand });
  if (!program) return null;
  return (
    <Page
      title={t('money.title')}
      about={
        <>
          {t('payments.about')} {wallets.data?.data[0]?.provider === 'sandbox' && <Badge color="honey">{t('sandbox')}</Badge>}
        </>
      }
    >
      <Tabs label={t('money.title')} of={moneyTabs} />
      <div className={layout.stack}>
        <Paid program={program.id} />
        <Automatic program={program} />
        <Returned brand={brand} />
      </div>
    </Page>
  );
}

function Paid({ program }: { program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const rows = usePages<Payment>(
    '/api/v1/programs/{program}/payments',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/payments', { params: { path: { program }, query: { cursor, limit: 20 } } })).data!,
    { program },
  );
  return (
    <section>
      <h2 className={layout.subject}>{t('payments.title')}</h2>
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('payments.none')} icon={<CreditCard size={28} />} />}
          label={t('payments.title')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'method', label: t('money.method'), lead: true, cell: (row) => codes('pay_method', row.method) },
            {
              key: 'state',
              label: t('queue.state'),
              cell: (row) => (
                <>
                  <Badge color={tones[row.state] ?? 'gray'}>{codes('payment_state', row.state)}</Badge> {row.failure && <span className={css.quiet}>{row.failure}</span>}{' '}
                  {row.url && (
                    <Anchor href={row.url} rel="noopener">
                      {t(row.method === 'bank_transfer' ? 'payments.transfer' : 'payments.go_on')}
                    </Anchor>
                  )}
                </>
              ),
            },
            { key: 'at', label: t('money.at'), cell: (row) => <When at={row.created_at} absolute /> },
            { key: 'fee', label: t('payments.fee'), end: true, cell: (row) => (row.fee.amount ? <Money of={row.fee} /> : '–') },
            { key: 'amount', label: t('money.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
      </Paper>
    </section>
  );
}

/** The wallet is filled by itself, by the card that was left. */
function Automatic({ program }: { program: Program }) {
  const { t } = useI18n();
  const top = $api.useQuery('get', '/api/v1/programs/{program}/top_up', { params: { path: { program: program.id } } });
  return (
    <section>
      <h2 className={layout.subject}>{t('top_up.title')}</h2>
      <Paper>
        <Await read={top}>{(of) => <AutomaticForm key={program.id + of.active} of={of} program={program} />}</Await>
      </Paper>
    </section>
  );
}

const topUp = key('/api/v1/programs/{program}/top_up');

function AutomaticForm({ of, program }: { of: Schemas['TopUp']; program: Program }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const { currency } = program;
  const [active, setActive] = useState(of.active);
  const [below, setBelow] = useState(typed(of.below, currency));
  const [amount, setAmount] = useState(typed(of.amount, currency));
  const [month, setMonth] = useState(typed(of.month, currency));
  const params = { path: { program: program.id } };
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/top_up', { params, body: { active, below: minorOf(below, currency), amount: minorOf(amount, currency), month: minorOf(month, currency) } }), { stale: [topUp], done: t('saved') });
  const leave = useWrite(async () => (await client.POST('/api/v1/programs/{program}/payments', { params, body: { method: 'nothing', amount: { amount: 0, currency }, reference: crypto.randomUUID() } })).data!, {
    stale: [topUp, key('/api/v1/programs/{program}/payments')],
    after: (payment) => payment.url && payment.state === 'open' && window.location.assign(payment.url),
  });
  const whole = [below, amount, month].every((value) => minorOf(value, currency) > 0);
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t(of.card ? 'top_up.card' : 'top_up.no_card')}</Text>
        {of.failure && <Alert color="brick">{t('top_up.failed', { code: of.failure })}</Alert>}
        <Switch label={t('top_up.active')} checked={active} disabled={!of.card || !may('fund_budget')} onChange={(e) => setActive(e.currentTarget.checked)} />
        <div className={css.fields}>
          <AmountInput currency={currency} label={t('top_up.below')} value={below} onChange={setBelow} />
          <AmountInput currency={currency} label={t('top_up.amount')} value={amount} onChange={setAmount} />
          <AmountInput currency={currency} label={t('top_up.month')} value={month} onChange={setMonth} />
        </div>
        {may('fund_budget') && (
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!whole}>
              {t('save')}
            </Button>
            <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
              {t(of.card ? 'top_up.another' : 'top_up.leave')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Returned({ brand }: { brand: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const rows = usePages<Refund>('/api/v1/brands/{brand}/refunds', async (cursor) => (await client.GET('/api/v1/brands/{brand}/refunds', { params: { path: { brand }, query: { cursor, limit: 20 } } })).data!, { brand });
  return (
    <section>
      <h2 className={layout.subject}>{t('refunds.title')}</h2>
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('refunds.none')} />}
          label={t('refunds.title')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'payment', label: t('refunds.payment'), lead: true, cell: (row) => <code dir="ltr">{row.payment}</code> },
            {
              key: 'state',
              label: t('queue.state'),
              cell: (row) => (
                <>
                  <Badge color={tones[row.state] ?? 'gray'}>{codes('payout_state', row.state)}</Badge> {row.failure && <span className={css.quiet}>{row.failure}</span>}
                </>
              ),
            },
            { key: 'at', label: t('money.at'), cell: (row) => <When at={row.created_at} absolute /> },
            { key: 'amount', label: t('money.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
      </Paper>
    </section>
  );
}
