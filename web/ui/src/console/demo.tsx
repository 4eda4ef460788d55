import { isDemo, raw, type Schemas, useFormat, useI18n, useWrite } from '@kit/index';
import { Badge, Button, Popover, Progress, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import FastForward from 'lucide-react/icons/fast-forward';
import FlaskConical from 'lucide-react/icons/flask-conical';
import Unplug from 'lucide-react/icons/unplug';
import { useEffect } from 'react';

type Sum = { count: number; money: Schemas['Money'] };
type Books = { ledger_sum: number; balanced: boolean };
type Days = { days: number; from: string; to: string; done: boolean; failed: string; answered: number; reviewed: number; released: Sum; paid: Sum; books: Books };
type Plug = {
  killed_at: string | null;
  restarted_at: string | null;
  done_at: string | null;
  killed: number;
  restarted: number;
  failed: string;
  payouts: { id: string; expert: string; money: Schemas['Money']; cut: boolean; transfers: number }[];
  books: Books;
};
type Stage = { now: string; ahead_s: number; traffic: boolean; days: Days | null; plug: Plug | null };

const path = '/api/v1/demo';
const passing = (stage?: Stage) => Boolean(stage?.days && !stage.days.done);
const pulling = (stage?: Stage) => Boolean(stage?.plug && !stage.plug.done_at && !stage.plug.failed);

/** What can be done to the demo, for who runs it; it is there in the demo only. */
export function Demo() {
  const { t } = useI18n();
  const queries = useQueryClient();
  const stage = useQuery({
    queryKey: ['get', path],
    queryFn: async () => (await raw<{ stage?: Stage }>('GET', path)).stage ?? null,
    enabled: isDemo(),
    refetchInterval: ({ state }) => (passing(state.data ?? undefined) || pulling(state.data ?? undefined) ? 700 : 15_000),
  });
  const now = stage.data ?? undefined;
  const busy = passing(now) || pulling(now);
  useEffect(() => {
    if (!busy) void queries.invalidateQueries({ predicate: (query) => query.queryKey[1] !== path });
  }, [busy, queries]);
  const stale = [['get', path]];
  const advance = useWrite(() => raw('POST', `${path}/advance`, { days: 7 }), { stale });
  const plug = useWrite(() => raw('POST', `${path}/pull_plug`), { stale });
  const traffic = useWrite((on: boolean) => raw('POST', `${path}/traffic`, { on }), { stale });
  if (!now) return null;
  return (
    <Popover width={360} position="bottom-end" withinPortal shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<FlaskConical size={17} aria-hidden />} loading={busy}>
          {t('demo.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('demo.title')}>
        <Stack gap="sm">
          <Time of={now} />
          <Button
            leftSection={<FastForward size={17} aria-hidden />}
            disabled={busy || advance.isPending}
            onClick={() => {
              advance.mutate();
              setTimeout(() => void stage.refetch(), 300);
            }}
          >
            {t('demo.advance')}
          </Button>
          {passing(now) && now.days && <Passing now={now.now} of={now.days} />}
          {now.days?.done && <Passed of={now.days} />}
          <Button variant="outline" color="brick" leftSection={<Unplug size={17} aria-hidden />} disabled={busy} loading={plug.isPending} onClick={() => plug.mutate()}>
            {t('demo.plug')}
          </Button>
          <div role="status">{now.plug && <Pulled of={now.plug} />}</div>
          <Switch label={t('demo.traffic')} checked={now.traffic} onChange={(event) => traffic.mutate(event.currentTarget.checked)} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Time({ of }: { of: Stage }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Text size="sm">
      {t('demo.time', { time: format.moment(of.now) })} {of.ahead_s > 60 && t('demo.ahead', { time: format.duration(of.ahead_s) })}
    </Text>
  );
}

function Passing({ of, now }: { of: Days; now: string }) {
  const { t } = useI18n();
  const from = Date.parse(of.from);
  const percent = Math.round((100 * (Date.parse(now) - from)) / (Date.parse(of.to) - from));
  return (
    <div>
      <Text size="sm">{t('demo.advancing', { percent })}</Text>
      <Progress value={percent} aria-label={t('demo.advance')} />
    </div>
  );
}

function Passed({ of }: { of: Days }) {
  const { t } = useI18n();
  const { money } = useFormat();
  return (
    <Text size="sm">
      {of.failed
        ? t('demo.failed', { why: of.failed })
        : t('demo.days.text', { answered: of.answered, reviewed: of.reviewed, released: money(of.released.money), paid: money(of.paid.money) })}{' '}
      <Summed of={of.books} />
    </Text>
  );
}

function Summed({ of }: { of: Books }) {
  const { t } = useI18n();
  return <>{of.balanced ? t('demo.books', { sum: of.ledger_sum }) : t('demo.books.wrong')}</>;
}

/** What became of the payouts in whose middle the process was killed. */
function Pulled({ of }: { of: Plug }) {
  const { t, locale } = useI18n();
  const format = useFormat();
  if (of.failed) return <Text size="sm">{t('demo.failed', { why: of.failed })}</Text>;
  if (!of.killed_at) return <Text size="sm">{t('demo.plugging')}</Text>;
  if (!of.restarted_at) return <Text size="sm">{t('demo.plug.waiting', { killed: String(of.killed) })}</Text>;
  const took = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });
  return (
    <Stack gap={6}>
      <Text size="sm">
        {t('demo.plug.killed', {
          killed: String(of.killed),
          restarted: String(of.restarted),
          time: format.moment(of.killed_at),
          took: took.format((Date.parse(of.restarted_at) - Date.parse(of.killed_at)) / 1000),
        })}
      </Text>
      {of.done_at && (
        <>
          {of.payouts.map((payout) => (
            <Text size="sm" key={payout.id}>
              {t('demo.plug.payout', { name: payout.expert, sum: format.money(payout.money) })}: {t('demo.plug.transfers', { n: payout.transfers, count: payout.transfers })}{' '}
              {payout.cut && <Badge color="brick">{t('demo.plug.cut')}</Badge>}
            </Text>
          ))}
          <Text size="sm" fw={600}>
            {of.payouts.every((payout) => payout.transfers === 1) && t('demo.plug.once')} <Summed of={of.books} />
          </Text>
        </>
      )}
    </Stack>
  );
}
