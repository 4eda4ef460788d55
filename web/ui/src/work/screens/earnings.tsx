import { $api, Await, Chart, client, DataList, Empty, key, Loading, Money, More, Page, type Schemas, useCodes, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Group, Paper } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import Coins from 'lucide-react/icons/coins';
import { useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import { Sums } from '../payouts';
import { TakeBackNotice } from '../takebacks';

type Sum = Schemas['Earnings'];
type Reward = Schemas['Reward'];

/** What one has earned, what can be paid out, and what was. */
export default function EarningsScreen() {
  const { t } = useI18n();
  const queries = useQueryClient();
  // nobody tells when the provider has paid, so while money is on its way, look
  const earnings = $api.useQuery('get', '/api/v1/me/earnings', {}, { refetchInterval: ({ state }) => (onItsWay(state.data) ? 3000 : false) });
  const waits = onItsWay(earnings.data);
  useEffect(() => {
    if (!waits) void queries.invalidateQueries({ queryKey: key('/api/v1/me/payouts') });
  }, [waits, queries]);
  return (
    <Page
      title={t('earnings.title')}
      actions={
        <Button component={Link} href="/statements" variant="default">
          {t('statements.title')}
        </Button>
      }
    >
      <TakeBackNotice />
      <div className={layout.stack}>
        <Await read={earnings} loading={<Loading rows={1} height={110} />}>
          {({ data }) => (data.length ? data.map((sum) => <Sums key={sum.currency} of={sum} />) : <Nothing />)}
        </Await>
        <Account />
        <Rewards />
        <Payouts />
      </div>
    </Page>
  );
}

function onItsWay(earnings: { data: Sum[] } | undefined) {
  return earnings?.data.some((sum) => sum.in_transit > 0) ?? false;
}

function Nothing() {
  const { t } = useI18n();
  return (
    <Paper>
      <Empty title={t('earnings.none')} icon={<Coins size={28} />}>
        {t('earnings.none.text')}
      </Empty>
    </Paper>
  );
}

/** Where the money goes. Without an account it waits, and nothing is lost. */
function Account() {
  const { t } = useI18n();
  const account = $api.useQuery('get', '/api/v1/me/payout_account', {}, { retry: false });
  // with real money the provider asks on a page of its own, which leads back here
  const open = useWrite(async () => (await client.POST('/api/v1/me/payout_account/onboarding')).data, {
    stale: [key('/api/v1/me/payout_account'), key('/api/v1/me/earnings')],
    after: (link) => link && new URL(link.url).origin !== window.location.origin && window.location.assign(link.url),
  });
  if (account.isPending) return null;
  if (account.data?.payouts_enabled) {
    return (
      <Group gap="xs">
        <Badge color="pine">{t('account.ready')}</Badge>
        {account.data.provider === 'sandbox' && <Badge color="honey">{t('sandbox')}</Badge>}
      </Group>
    );
  }
  return (
    <Alert color="honey" title={t('account.none')}>
      <div className={layout.row}>
        <span>{t(account.data ? 'account.waits' : 'account.none.text')}</span>
        <Button onClick={() => open.mutate()} loading={open.isPending}>
          {t('account.open')}
        </Button>
      </div>
    </Alert>
  );
}

const tone: Record<string, string> = { pending: 'honey', released: 'pine', refused: 'brick' };

function Rewards() {
  const { t } = useI18n();
  const codes = useCodes();
  const rewards = usePages<Reward>('/api/v1/me/rewards', async (cursor) => (await client.GET('/api/v1/me/rewards', { params: { query: { cursor, limit: cursor ? 50 : 20 } } })).data!);
  const turns = usePages<Schemas['AssignmentSummary']>('/api/v1/assignments', async (cursor) => (await client.GET('/api/v1/assignments', { params: { query: { cursor, limit: 100 } } })).data!, 'titles');
  const titles = useMemo(() => new Map(turns.data?.map((turn) => [turn.id, turn.title])), [turns.data]);
  return (
    <section>
      <h2 className={layout.subject}>{t('rewards.title')}</h2>
      <Await read={rewards} loading={<Loading rows={3} height={56} />}>
        {(rows) =>
          rows.length === 0 ? null : (
            <div className={layout.stack}>
              <Weeks />
              <Paper p={0}>
                <DataList
                  compact
                  label={t('rewards.title')}
                  rows={rows}
                  rowKey={(row) => row.kind + row.id}
                  href={(row) => (row.kind === 'assignment' ? `/turns/${row.id}/receipt` : '/earnings')}
                  columns={[
                    { key: 'what', label: t('rewards.for'), lead: true, cell: (row) => <span dir="auto">{titles.get(row.id) ?? codes('reward', row.kind)}</span> },
                    { key: 'kind', label: t('rewards.kind'), wide: true, cell: (row) => codes('reward', row.kind) },
                    { key: 'state', label: t('turns.state'), cell: (row) => <Badge color={tone[row.state] ?? 'gray'}>{codes('reward.state', row.state)}</Badge> },
                    { key: 'at', label: t('rewards.when'), cell: (row) => <Due reward={row} /> },
                    { key: 'amount', label: t('turns.pay'), end: true, cell: (row) => <Money of={row.amount} /> },
                  ]}
                />
                <More of={rewards} />
              </Paper>
            </div>
          )
        }
      </Await>
    </section>
  );
}

function Due({ reward }: { reward: Reward }) {
  const { t } = useI18n();
  if (reward.state !== 'pending') return <When at={reward.earned_at} />;
  return (
    <span>
      {t('rewards.by')} <When at={reward.release_at} />
    </span>
  );
}

const week = 7 * 86_400_000;

/** What the last weeks brought: the latest hundred rewards, and of them whole weeks only. */
function Weeks() {
  const latest = usePages<Reward>('/api/v1/me/rewards', async (cursor) => (await client.GET('/api/v1/me/rewards', { params: { query: { cursor, limit: 100 } } })).data!, 'weeks');
  if (!latest.data?.length) return null;
  return <Bars rewards={latest.data} more={latest.hasNextPage} />;
}

function Bars({ rewards, more }: { rewards: Reward[]; more: boolean }) {
  const { t, locale } = useI18n();
  const format = useFormat();
  const currency = rewards[0]!.amount.currency;
  const points = useMemo(() => {
    const now = Date.now();
    const oldest = Math.min(...rewards.map((r) => Date.parse(r.earned_at)));
    const known = (now - oldest) / week;
    const weeks = Math.min(12, more ? Math.max(1, Math.floor(known)) : Math.max(4, Math.ceil(known)));
    return Array.from({ length: weeks }, (_, i) => {
      const from = now - (weeks - i) * week;
      const mine = rewards.filter((r) => r.amount.currency === currency && r.state !== 'refused' && Date.parse(r.earned_at) > from && Date.parse(r.earned_at) <= from + week);
      const until = new Date(from + week);
      return { label: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(until), value: mine.reduce((sum, r) => sum + r.amount.amount, 0), note: String(mine.length) };
    });
  }, [rewards, more, currency, locale]);
  if (points.every((p) => p.value === 0)) return null;
  return (
    <Paper>
      <Chart kind="bars" title={t('rewards.weeks')} series={[{ name: t('rewards.earned'), points }]} write={(amount) => format.money({ amount: Math.round(amount), currency })} />
    </Paper>
  );
}

function Payouts() {
  const { t } = useI18n();
  const codes = useCodes();
  const payouts = usePages<Schemas['Payout']>('/api/v1/me/payouts', async (cursor) => (await client.GET('/api/v1/me/payouts', { params: { query: { cursor } } })).data!);
  if (!payouts.data?.length) return null;
  return (
    <section>
      <h2 className={layout.subject}>{t('payouts.title')}</h2>
      <Paper p={0}>
        <DataList
          compact
          label={t('payouts.title')}
          rows={payouts.data}
          rowKey={(row) => row.id}
          columns={[
            { key: 'at', label: t('payouts.made'), lead: true, cell: (row) => <When at={row.created_at} absolute /> },
            { key: 'state', label: t('turns.state'), cell: (row) => <Badge color={row.state === 'sent' ? 'pine' : row.state === 'failed' ? 'brick' : 'honey'}>{codes('payout', row.state)}</Badge> },
            { key: 'provider', label: t('payouts.by'), cell: (row) => codes('provider', row.provider) },
            { key: 'amount', label: t('payouts.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
        <More of={payouts} />
      </Paper>
    </section>
  );
}
