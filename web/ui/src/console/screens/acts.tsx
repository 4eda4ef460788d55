import { $api, Await, client, DataList, Empty, FormDialog, key, Loading, Money, Page, PageList, type Schemas, useCodes, useConfirm, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import Scale from 'lucide-react/icons/scale';
import { useState } from 'react';
import { AmountInput, minorOf, typed } from '../amount';
import css from '../console.module.css';
import { usePlace } from '../place';
import { operatorTabs, Tabs } from '../tabs';

type Act = Schemas['MoneyAct'];
type NewAct = Schemas['NewMoneyAct'];
type Kind = NewAct['kind'];
type Ground = Exclude<NonNullable<NewAct['ground']>, ''>;
type Belongs = NonNullable<NewAct['belongs']>;
const kinds: Kind[] = ['claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'unfreeze_brand', 'clear_suspense', 'withhold', 'remit'];
const grounds: Ground[] = ['fraud', 'copied', 'privacy', 'paid_twice', 'mistake'];
const places: Exclude<Belongs, ''>[] = ['wallet', 'expert', 'fees', 'bank', 'write_off'];
const currencies = Intl.supportedValuesOf('currency');
const tones: Record<string, string> = { asked: 'honey', done: 'pine', withdrawn: 'gray' };
const stale = ['/api/v1/money_acts', '/api/v1/ledger', '/api/v1/ledger/unsettled'].map((path) => key(path));

/** What operators do with money beside the machinery, each with its reason and its posting shown before. */
export default function Acts() {
  const { t } = useI18n();
  const [draft, setDraft] = useState<Partial<NewAct> | null>(null);
  return (
    <Page title={t('acts.title')} about={t('acts.about')} actions={<Button onClick={() => setDraft({ kind: 'bonus' })}>{t('acts.new')}</Button>}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <div className={layout.stack}>
        <Unsettled begin={setDraft} />
        <All />
      </div>
      {draft && <Asking key={JSON.stringify(draft)} from={draft} close={() => setDraft(null)} />}
    </Page>
  );
}

/** Lines in suspense, debts and frozen brands: each waits for somebody's word. */
function Unsettled({ begin }: { begin: (draft: Partial<NewAct>) => void }) {
  const { t } = useI18n();
  const unsettled = $api.useQuery('get', '/api/v1/ledger/unsettled');
  return (
    <Await read={unsettled}>
      {({ suspended, debts, frozen }) => {
        const rows = [
          ...suspended.map((line) => ({ key: line.line, what: t('acts.suspended'), id: line.line, amount: line.amount, draft: { kind: 'clear_suspense', line: line.line } as const })),
          ...debts.map((debt) => ({ key: debt.who + debt.owner + debt.amount.currency, what: t(debt.who === 'brand' ? 'acts.debt.brand' : 'acts.debt.expert'), id: debt.owner, amount: debt.amount, draft: { kind: debt.who === 'brand' ? 'write_off_brand' : 'write_off_expert', subject: debt.owner, amount: debt.amount } as const })),
          ...frozen.map((one) => ({ key: one.brand, what: t('acts.frozen'), id: one.brand, amount: null, draft: { kind: 'unfreeze_brand', subject: one.brand } as const })),
        ];
        return (
          <section>
            <h2 className={layout.subject}>{t('acts.unsettled')}</h2>
            <Paper p={0}>
              {rows.length === 0 ? (
                <Empty title={t('acts.settled')} icon={<Scale size={28} />} />
              ) : (
                <DataList
                  label={t('acts.unsettled')}
                  rows={rows}
                  rowKey={(row) => row.key}
                  columns={[
                    { key: 'what', label: t('events.what'), lead: true, cell: (row) => row.what },
                    { key: 'id', label: t('operator.id'), cell: (row) => <code dir="ltr">{row.id}</code> },
                    { key: 'amount', label: t('money.amount'), end: true, cell: (row) => row.amount && <Money of={row.amount} /> },
                    {
                      key: 'do',
                      label: t('actions'),
                      end: true,
                      cell: (row) => (
                        <Button variant="default" size="compact-md" onClick={() => begin(row.draft)}>
                          {t(row.draft.kind === 'clear_suspense' ? 'acts.explain' : row.draft.kind === 'unfreeze_brand' ? 'acts.unfreeze' : 'acts.write_off')}
                        </Button>
                      ),
                    },
                  ]}
                />
              )}
            </Paper>
          </section>
        );
      }}
    </Await>
  );
}

function All() {
  const { t } = useI18n();
  const codes = useCodes();
  const rows = usePages<Act>('/api/v1/money_acts', async (cursor) => (await client.GET('/api/v1/money_acts', { params: { query: { cursor, limit: 30 } } })).data!);
  return (
    <section>
      <h2 className={layout.subject}>{t('acts.all')}</h2>
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('acts.none')} />}
          label={t('acts.all')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'kind', label: t('events.what'), lead: true, cell: (row) => codes('act', row.kind) },
            {
              key: 'why',
              label: t('acts.reason'),
              cell: (row) => (
                <span>
                  {row.ground && <strong>{codes('ground', row.ground)}: </strong>}
                  {row.reason}
                  <br />
                  <code className={css.quiet} dir="ltr">
                    {row.line || row.subject}
                  </code>
                </span>
              ),
            },
            { key: 'amount', label: t('money.amount'), end: true, cell: (row) => (row.amount ? <Money of={row.amount} /> : '–') },
            { key: 'at', label: t('money.at'), cell: (row) => <When at={row.asked_at} /> },
            { key: 'state', label: t('queue.state'), end: true, cell: (row) => (row.state === 'asked' ? <Waiting of={row} /> : <Badge color={row.outcome === 'appealable' || row.outcome === 'appealed' ? 'honey' : tones[row.state]}>{row.outcome ? codes('outcome', row.outcome) : codes('act_state', row.state)}</Badge>) },
          ]}
        />
      </Paper>
    </section>
  );
}

/** What waits for a second operator, with what it would post now. */
function Waiting({ of }: { of: Act }) {
  const { t } = useI18n();
  const codes = useCodes();
  const { me } = usePlace();
  const { ask, dialog } = useConfirm();
  const params = { path: { act: of.id } };
  const agree = useWrite(() => client.POST('/api/v1/money_acts/{act}/agree', { params }), { stale, done: t(of.kind === 'claw_back' ? 'acts.begun' : 'acts.done') });
  const withdraw = useWrite(() => client.POST('/api/v1/money_acts/{act}/withdraw', { params }), { stale });
  const own = of.asked_by === me.id;
  return (
    <Group gap="xs" justify="flex-end">
      {own ? (
        <Badge color={tones[of.state]}>{t('acts.waits')}</Badge>
      ) : (
        <Button size="compact-md" aria-label={t('acts.agree.to', { what: codes('act', of.kind) })} onClick={() => ask({ title: codes('act', of.kind), text: <Shown of={of} />, yes: t('acts.agree'), act: () => agree.mutateAsync() })}>
          {t('acts.look')}
        </Button>
      )}
      <Button size="compact-md" variant="default" loading={withdraw.isPending} aria-label={t('acts.withdraw.of', { what: codes('act', of.kind) })} onClick={() => withdraw.mutate()}>
        {t('acts.withdraw')}
      </Button>
      {dialog}
    </Group>
  );
}

function Shown({ of: { id: act, kind, ground, reason } }: { of: Act }) {
  const { t } = useI18n();
  const codes = useCodes();
  const posting = $api.useQuery('get', '/api/v1/money_acts/{act}/posting', { params: { path: { act } } }, { retry: false });
  return (
    <Stack>
      <Text>
        {ground && <strong>{codes('ground', ground)}: </strong>}
        {reason}
      </Text>
      {kind === 'claw_back' && <Text size="sm">{t('acts.later')}</Text>}
      <Await read={posting} loading={<Loading />}>
        {(of) => <Posting of={of} />}
      </Await>
    </Stack>
  );
}

/** A posting: whose account gets what, and that it adds up. */
function Posting({ of }: { of: Schemas['MoneyPosting'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  if (!of.lines.length) return <Text>{t('acts.no_posting')}</Text>;
  return (
    <table className={css.parttable}>
      <caption className="kh-hidden">{t('acts.posting')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('operator.account')}</th>
          <th scope="col" style={{ textAlign: 'end' }}>
            {t('acts.credit')}
          </th>
        </tr>
      </thead>
      <tbody>
        {of.lines.map((line) => (
          <tr key={line.kind + line.owner + line.amount.currency}>
            <th scope="row">
              {codes('account', line.kind)} {line.owner && <code dir="ltr">{line.owner.slice(-6)}</code>}
            </th>
            <td>
              <Money of={line.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Asks for an act: first what it is, then its posting, then it is done or waits. */
function Asking({ from, close }: { from: Partial<NewAct>; close: () => void }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [kind, setKind] = useState<Kind>(from.kind ?? 'bonus');
  const [subject, setSubject] = useState(from.subject ?? '');
  const [line, setLine] = useState(from.line ?? '');
  const [belongs, setBelongs] = useState<Exclude<Belongs, ''>>('bank');
  const [currency, setCurrency] = useState(from.amount?.currency ?? 'EUR');
  const [amount, setAmount] = useState<number | string>(from.amount ? typed(from.amount.amount, from.amount.currency) : '');
  const [ground, setGround] = useState<Ground | null>(null);
  const [reason, setReason] = useState('');
  const clears = kind === 'clear_suspense';
  const about = clears ? belongs === 'wallet' || belongs === 'expert' : kind !== 'remit';
  const sum = !clears && kind !== 'claw_back' && kind !== 'unfreeze_brand';
  const body: NewAct = {
    kind,
    reason,
    ...(kind === 'claw_back' && ground ? { ground } : {}),
    ...(about ? { subject: subject.trim() } : {}),
    ...(clears ? { line: line.trim(), belongs } : {}),
    amount: { amount: sum ? minorOf(amount, currency) : 0, currency },
  };
  const look = useWrite(async () => (await client.POST('/api/v1/money_acts/preview', { body })).data!);
  const send = useWrite(async () => (await client.POST('/api/v1/money_acts', { body })).data!, { stale, done: (act) => t(act.state === 'done' ? 'acts.done' : 'acts.asked'), after: close });
  const changed = <V,>(set: (value: V) => void) => (value: V) => {
    set(value);
    look.reset(); // what was shown is of something else
  };
  return (
    <FormDialog open close={close} title={t('acts.new')} yes={t(look.data ? 'acts.ask' : 'acts.preview')} busy={look.isPending || send.isPending} disabled={reason.trim().length < 10 || (kind === 'claw_back' && !ground)} send={() => (look.data ? send : look).mutate()}>
      <Select label={t('events.what')} data={kinds.map((value) => ({ value, label: codes('act', value) }))} value={kind} onChange={changed((value) => setKind(value as Kind))} allowDeselect={false} />
      {clears && <TextInput label={t('acts.line')} required value={line} onChange={(e) => changed(setLine)(e.currentTarget.value)} dir="ltr" />}
      {clears && <Select label={t('acts.belongs')} data={places.map((value) => ({ value, label: codes('belongs', value) }))} value={belongs} onChange={changed((value) => setBelongs(value as typeof belongs))} allowDeselect={false} />}
      {about && <TextInput label={t(kind === 'claw_back' ? 'acts.reward' : kind === 'reverse' ? 'acts.payout' : kind.startsWith('credit') || kind.endsWith('_brand') || belongs === 'wallet' ? 'acts.brand' : 'acts.expert')} required value={subject} onChange={(e) => changed(setSubject)(e.currentTarget.value)} pattern="[0-9a-fA-F]{8}-[0-9a-fA-F\-]{27}" dir="ltr" />}
      {sum && (
        <div className={css.fields}>
          <AmountInput currency={currency} label={t('money.amount')} required value={amount} onChange={changed(setAmount)} />
          <Select label={t('operator.currency')} data={currencies} value={currency} onChange={(value) => value && changed(setCurrency)(value)} allowDeselect={false} searchable />
        </div>
      )}
      {kind === 'claw_back' && <Select label={t('acts.ground')} description={t('acts.later')} required data={grounds.map((value) => ({ value, label: codes('ground', value) }))} value={ground} onChange={(value) => changed(setGround)(value as Ground)} allowDeselect={false} />}
      <Textarea label={t(kind === 'claw_back' ? 'acts.reason.shows' : 'acts.reason')} description={kind === 'claw_back' ? t('acts.reason.read') : t('acts.reason.text')} required minLength={10} maxLength={1000} value={reason} onChange={(e) => setReason(e.currentTarget.value)} autosize dir="auto" />
      <div role="status">{look.data && <Posting of={look.data} />}</div>
    </FormDialog>
  );
}
