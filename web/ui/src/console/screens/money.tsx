import { $api, Await, client, Empty, FormDialog, key, Money, Page, PageList, type Schemas, useCodes, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, NumberInput, Paper, Text } from '@mantine/core';
import Coins from 'lucide-react/icons/coins';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';

type Sums = Schemas['ProgramMoney'];
type Move = Schemas['MoneyMove'];

/** What a program may spend, what is set aside, and who moved what. */
export default function Budget() {
  const { t } = useI18n();
  const { program, may } = usePlace();
  const sums = $api.useQuery('get', '/api/v1/programs/{program}/money', { params: { path: { program: program?.id ?? '' } } }, { enabled: !!program });
  if (!program) return null;
  return (
    <Page title={t('money.title')} about={sums.data?.provider === 'sandbox' && <Badge color="honey">{t('sandbox')}</Badge>} actions={may('fund_budget') && sums.data && kinds.map((kind) => <Pay key={kind + program.id} kind={kind} program={program} real={sums.data.provider !== 'sandbox'} />)}>
      <div className={layout.stack}>
        <Sums program={program.id} />
        <Past program={program.id} />
      </div>
    </Page>
  );
}

function Sums({ program }: { program: string }) {
  const { t } = useI18n();
  const sums = $api.useQuery('get', '/api/v1/programs/{program}/money', { params: { path: { program } } });
  const parts: [Exclude<keyof Sums, 'provider'>, string, string][] = [
    ['wallet', t('money.wallet'), t('money.wallet.text')],
    ['budget', t('money.budget'), t('money.budget.text')],
    ['held', t('money.held'), t('money.held.text')],
  ];
  return (
    <Await read={sums}>
      {(of) => (
        <div className={css.sums}>
          {parts.map(([part, label, text]) => (
            <Paper key={part} className={css.figure}>
              <span className={css.quiet}>{label}</span>
              <Money of={of[part]} big />
              <span className={css.quiet}>{text}</span>
            </Paper>
          ))}
        </div>
      )}
    </Await>
  );
}

const kinds = ['fund', 'allocate', 'return'] as const;

/** Paying in, which with real money is done on the payment provider's page, or moving money between wallet and budget. */
function Pay({ kind, program, real }: { kind: (typeof kinds)[number]; program: Schemas['Program']; real: boolean }) {
  const { t } = useI18n();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [amount, setAmount] = useState<number | string>('');
  const [reference, setReference] = useState(() => crypto.randomUUID()); // the same for every try
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: program.currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const minor = Math.round(Number(amount) * 10 ** digits);
  const close = () => {
    setOpen(false);
    setAmount('');
    setReference(crypto.randomUUID());
  };
  const leaves = kind === 'fund' && real;
  const pay = useWrite(
    async () => (await client.POST('/api/v1/programs/{program}/payments', { params: { path: { program: program.id } }, body: { method: 'card', amount: { amount: minor, currency: program.currency }, reference } })).data,
    { done: (payment) => (payment?.url ? t('money.fund.gone') : t('money.fund.refused', { code: payment?.failure ?? '' })), after: (payment) => (payment?.url ? window.location.assign(payment.url) : close()) },
  );
  const move = useWrite(
    () => client.POST(`/api/v1/programs/{program}/${kind}`, { params: { path: { program: program.id } }, body: { amount: { amount: minor, currency: program.currency }, reference } }),
    { stale: [key('/api/v1/programs/{program}/money'), key('/api/v1/programs/{program}/money_moves'), key('/api/v1/programs/{program}/checklist')], done: t('money.moved', { sum: format.money({ amount: minor, currency: program.currency }) }), after: close },
  );
  return (
    <>
      <Button variant={kind === 'fund' ? 'filled' : 'default'} onClick={() => setOpen(true)}>
        {t(`money.${kind}`)}
      </Button>
      <FormDialog open={open} close={close} title={t(`money.${kind}`)} busy={move.isPending || pay.isPending} disabled={!(minor > 0)} send={() => (leaves ? pay : move).mutate()}>
        <Text size="sm">{t(leaves ? 'money.fund.page' : `money.${kind}.text`)}</Text>
        <NumberInput label={t('money.amount')} required min={0} decimalScale={digits} fixedDecimalScale value={amount} onChange={setAmount} suffix={` ${program.currency}`} hideControls inputMode="decimal" data-autofocus />
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
