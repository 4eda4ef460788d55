import { $api, Await, client, DataList, Empty, FormDialog, key, Money, Page, PageList, type Schemas, useCodes, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Paper, Select, Switch, Text } from '@mantine/core';
import Coins from 'lucide-react/icons/coins';
import { useState } from 'react';
import { AmountInput, minorOf, typed } from '../amount';
import css from '../console.module.css';
import { usePlace } from '../place';
import { moneyTabs, Tabs } from '../tabs';

type Wallet = Schemas['Wallet'];
type Budget = Schemas['ProgramBudget'];
type Move = Schemas['MoneyMove'];
const stale = ['/api/v1/brands/{brand}/wallets', '/api/v1/brands/{brand}/refunds', '/api/v1/programs/{program}/money_moves', '/api/v1/programs/{program}/payments', '/api/v1/programs/{program}/money', '/api/v1/programs/{program}/checklist'].map((path) => key(path));

/** The wallet, and what its programs may spend, have set aside and have spent. */
export default function MoneyScreen() {
  const { t } = useI18n();
  const { brand, program, may } = usePlace();
  const wallets = $api.useQuery('get', '/api/v1/brands/{brand}/wallets', { params: { path: { brand } } }, { enabled: !!brand });
  const wallet = wallets.data?.data.find((of) => of.balance.currency === program?.currency);
  if (!program) return null;
  return (
    <Page
      title={t('money.title')}
      about={wallet?.provider === 'sandbox' && <Badge color="honey">{t('sandbox')}</Badge>}
      actions={
        may('fund_budget') &&
        wallet && (
          <>
            <PayIn program={program} sandbox={wallet.provider === 'sandbox'} />
            <Move kind="allocate" program={program} most={wallet.balance} />
            <Move kind="return" program={program} most={wallet.programs.find((p) => p.program === program.id)?.budget} />
            <Refund brand={brand} wallet={wallet} />
          </>
        )
      }
    >
      <Tabs label={t('money.title')} of={moneyTabs} />
      <Await read={wallets}>
        {() => (
          <div className={layout.stack}>
            {wallet && <Sums of={wallet} program={program.id} />}
            {wallets.data?.data.map((of) => <Budgets key={of.balance.currency} of={of} />)}
            <Past program={program.id} />
          </div>
        )}
      </Await>
    </Page>
  );
}

function Sums({ of, program }: { of: Wallet; program: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const own = of.programs.find((p) => p.program === program);
  if (!own) return null;
  const parts: [string, Schemas['Money'], string][] = [
    [t('money.wallet'), of.balance, of.refunding.amount ? t('money.refunding', { sum: format.money(of.refunding) }) : t('money.wallet.text')],
    [t('money.budget'), own.budget, t('money.budget.text')],
    [t('money.held'), own.held, t('money.held.text')],
    [t('money.spent'), own.spent, own.month.amount ? t('money.spent.of', { sum: format.money(own.month) }) : t('money.spent.text')],
  ];
  return (
    <>
      {of.owed.amount > 0 && <Alert color="honey">{t('money.owed', { owed: format.money(of.owed), credit: format.money(of.credit) })}</Alert>}
      <div className={css.sums}>
        {parts.map(([label, sum, text]) => (
          <Paper key={label} className={css.figure}>
            <span className={css.quiet}>{label}</span>
            <Money of={sum} big />
            <span className={css.quiet}>{text}</span>
          </Paper>
        ))}
      </div>
    </>
  );
}

/** What each of the brand's programs may spend, and how far that has gone. */
function Budgets({ of }: { of: Wallet }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const [editing, setEditing] = useState<Budget | null>(null);
  return (
    <section>
      <h2 className={layout.subject}>{t('budget.title')}</h2>
      <Paper p={0}>
        <DataList
          label={t('budget.title')}
          rows={of.programs}
          rowKey={(row) => row.program}
          columns={[
            { key: 'name', label: t('budget.program'), lead: true, cell: (row) => row.name },
            { key: 'month', label: t('budget.month'), end: true, cell: (row) => (row.month.amount ? <Money of={row.month} /> : t('budget.none')) },
            { key: 'spent', label: t('money.spent'), end: true, cell: (row) => <Money of={row.spent} /> },
            { key: 'held', label: t('money.held'), end: true, cell: (row) => <Money of={row.held} /> },
            { key: 'left', label: t('budget.left'), end: true, cell: (row) => <Money of={row.budget} /> },
            { key: 'gone', label: t('budget.gone'), end: true, cell: (row) => <Gone of={row} /> },
            ...(may('fund_budget')
              ? [
                  {
                    key: 'set',
                    label: t('actions'),
                    end: true,
                    cell: (row: Budget) => (
                      <Button variant="default" size="compact-md" aria-label={`${t('budget.set')}: ${t('budget.set.of', { name: row.name })}`} onClick={() => setEditing(row)}>
                        {t('budget.set')}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Paper>
      {editing && <Plan key={editing.program} of={editing} close={() => setEditing(null)} />}
    </section>
  );
}

/** How much of what was given has gone; what was told of is marked. */
function Gone({ of }: { of: Budget }) {
  const { t } = useI18n();
  const format = useFormat();
  if (!of.base.amount) return '–';
  const share = Math.floor(100 * Math.min(1, Math.max(0, 1 - of.budget.amount / of.base.amount))) / 100; // all of it only where nothing is left
  return (
    <>
      <Badge color={of.told >= 95 ? 'brick' : of.told ? 'honey' : 'gray'}>{format.percent(share)}</Badge>
      {!of.alerts && <span className={css.quiet}> {t('budget.silent')}</span>}
    </>
  );
}

function Plan({ of, close }: { of: Budget; close: () => void }) {
  const { t } = useI18n();
  const { currency } = of.budget;
  const [month, setMonth] = useState(typed(of.month.amount, currency));
  const [alerts, setAlerts] = useState(of.alerts);
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/budget', { params: { path: { program: of.program } }, body: { month: minorOf(month, currency), alerts } }), { stale, done: t('saved'), after: close });
  return (
    <FormDialog open close={close} title={t('budget.set.of', { name: of.name })} yes={t('save')} busy={save.isPending} send={() => save.mutate()}>
      <AmountInput currency={currency} label={t('budget.month')} description={t('budget.month.text')} value={month} onChange={setMonth} focus />
      <Switch label={t('budget.alerts')} description={t('budget.alerts.text')} checked={alerts} onChange={(e) => setAlerts(e.currentTarget.checked)} />
    </FormDialog>
  );
}

/** What is asked for in a dialogue that moves money: how much, under one reference for every try. */
function useAmount(currency: string) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState<number | string>('');
  const [reference, setReference] = useState(() => crypto.randomUUID());
  const close = () => {
    setOpen(false);
    setValue('');
    setReference(crypto.randomUUID());
  };
  const minor = minorOf(value, currency);
  return { open, show: () => setOpen(true), close, value, setValue, reference, minor, sum: { amount: minor, currency } };
}

/** Paying in: on the provider's page, or at once in the sandbox. */
function PayIn({ program, sandbox }: { program: Schemas['Program']; sandbox: boolean }) {
  const { t } = useI18n();
  const format = useFormat();
  const asked = useAmount(program.currency);
  const [method, setMethod] = useState<'card' | 'bank_transfer'>('card');
  const pay = useWrite(
    async () => (await client.POST('/api/v1/programs/{program}/payments', { params: { path: { program: program.id } }, body: { method, amount: asked.sum, reference: asked.reference } })).data!,
    {
      stale,
      done: (payment) => (payment.state === 'paid' ? t('money.moved', { sum: format.money(payment.amount) }) : payment.url ? t('money.fund.gone') : t('money.fund.refused', { code: payment.failure })),
      after: (payment) => (payment.url && payment.state === 'open' ? window.location.assign(payment.url) : asked.close()),
    },
  );
  return (
    <>
      <Button onClick={asked.show}>{t('money.fund')}</Button>
      <FormDialog open={asked.open} close={asked.close} title={t('money.fund')} busy={pay.isPending} disabled={!(asked.minor > 0)} send={() => pay.mutate()}>
        <Text size="sm">{t(sandbox ? 'money.fund.text' : method === 'card' ? 'money.fund.page' : 'money.fund.transfer')}</Text>
        <AmountInput currency={program.currency} label={t('money.amount')} required value={asked.value} onChange={asked.setValue} focus />
        <Select label={t('money.method')} data={(['card', 'bank_transfer'] as const).map((value) => ({ value, label: t(`pay_method.${value}`) }))} value={method} onChange={(value) => setMethod(value as typeof method)} allowDeselect={false} />
      </FormDialog>
    </>
  );
}

/** Money between the wallet and the program's budget. */
function Move({ kind, program, most }: { kind: 'allocate' | 'return'; program: Schemas['Program']; most: Schemas['Money'] | undefined }) {
  const { t } = useI18n();
  const format = useFormat();
  const asked = useAmount(program.currency);
  const move = useWrite(() => client.POST(`/api/v1/programs/{program}/${kind}`, { params: { path: { program: program.id } }, body: { amount: asked.sum, reference: asked.reference } }), {
    stale,
    done: t('money.moved', { sum: format.money(asked.sum) }),
    after: asked.close,
  });
  return (
    <>
      <Button variant="default" onClick={asked.show}>
        {t(`money.${kind}`)}
      </Button>
      <FormDialog open={asked.open} close={asked.close} title={t(`money.${kind}`)} busy={move.isPending} disabled={!(asked.minor > 0)} send={() => move.mutate()}>
        <Text size="sm">{t(`money.${kind}.text`)}</Text>
        <AmountInput currency={program.currency} label={t('money.amount')} description={most && t('money.most', { sum: format.money(most) })} required value={asked.value} onChange={asked.setValue} focus />
      </FormDialog>
    </>
  );
}

/** What is in the wallet goes back by the payments it came by. */
function Refund({ brand, wallet }: { brand: string; wallet: Wallet }) {
  const { t } = useI18n();
  const format = useFormat();
  const { currency } = wallet.balance;
  const asked = useAmount(currency);
  const refund = useWrite(() => client.POST('/api/v1/brands/{brand}/refunds', { params: { path: { brand } }, body: { amount: asked.sum, reference: asked.reference } }), {
    stale,
    done: t('money.refunded', { sum: format.money(asked.sum) }),
    after: asked.close,
  });
  return (
    <>
      <Button variant="default" onClick={asked.show}>
        {t('money.refund')}
      </Button>
      <FormDialog open={asked.open} close={asked.close} title={t('money.refund')} busy={refund.isPending} disabled={!(asked.minor > 0)} send={() => refund.mutate()}>
        <Text size="sm">{t('money.refund.text')}</Text>
        <AmountInput currency={currency} label={t('money.amount')} description={t('money.most', { sum: format.money(wallet.balance) })} required value={asked.value} onChange={asked.setValue} focus />
      </FormDialog>
    </>
  );
}

function Past({ program }: { program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const moves = usePages<Move>(
    '/api/v1/programs/{program}/money_moves',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/money_moves', { params: { path: { program }, query: { cursor, limit: 30 } } })).data!,
    { program },
  );
  return (
    <section>
      <h2 className={layout.subject}>{t('money.moves')}</h2>
      <Paper p={0}>
        <PageList
          of={moves}
          empty={<Empty title={t('money.moves.none')} icon={<Coins size={28} />} />}
          compact
          label={t('money.moves')}
          rowKey={(row) => row.at + row.kind}
          columns={[
            { key: 'kind', label: t('money.kind'), lead: true, cell: (row) => codes('event', row.kind) },
            { key: 'at', label: t('money.at'), cell: (row) => <When at={row.at} absolute /> },
            { key: 'amount', label: t('money.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
      </Paper>
    </section>
  );
}
