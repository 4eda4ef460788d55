import { client, digitsOf, FormDialog, key, Money, type Schemas, useCodes, useConfirm, useFormat, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, NumberInput, Paper, Radio, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import css from './work.module.css';

type Sum = Schemas['Earnings'];
type Schedule = Schemas['PayoutTerms']['schedule'];

const stale = [key('/api/v1/me/earnings'), key('/api/v1/me/payouts')];

/** Where one's money of a currency stands, with dates, and how it comes. */
export function Sums({ of }: { of: Sum }) {
  const { t } = useI18n();
  const money = (amount: number) => <Money of={{ amount, currency: of.currency }} big />;
  const notes: Record<string, ReactNode> = {
    available: of.payout.next_at && <At words="earnings.next" at={of.payout.next_at} />,
    pending: of.pending_until && <At words="earnings.until" at={of.pending_until} />,
    in_transit: of.in_transit_since && <At words="earnings.since" at={of.in_transit_since} />,
    paid_out: of.paid_at && <At words="earnings.last" at={of.paid_at} />,
  };
  const parts = (['available', 'set_aside', 'pending', 'in_transit', 'paid_out', 'owed'] as const).filter((part) => (part !== 'owed' && part !== 'set_aside') || of[part] > 0);
  return (
    <Paper p={0}>
      <dl className={css.sums} style={{ margin: 0 }}>
        {parts.map((part) => (
          <div className={css.sum} key={part}>
            <dt>{t(`earnings.${part}`)}</dt>
            <dd>{money(of[part])}</dd>
            {notes[part] && <dd className={css.note}>{notes[part]}</dd>}
          </div>
        ))}
      </dl>
      <Ways of={of} />
    </Paper>
  );
}

/** A moment within words. */
function At({ words, at }: { words: 'earnings.next' | 'earnings.until' | 'earnings.since' | 'earnings.last'; at: string }) {
  const { rich } = useI18n();
  return <>{rich(words, { when: <When at={at} /> })}</>;
}

/** What one chose, what stands in the way, and what one can ask for now. */
function Ways({ of }: { of: Sum }) {
  const { t } = useI18n();
  const { money } = useFormat();
  const codes = useCodes();
  const [choosing, setChoosing] = useState(false);
  const { payout } = of;
  const sum = (amount: number) => money({ amount, currency: of.currency });
  const pay = useWrite(async () => (await client.POST('/api/v1/me/payouts', { body: { request: crypto.randomUUID() } })).data, { stale, done: t('earnings.paying') });
  const [ask, dialog] = useInstant(of);
  const why = of.available > 0 && payout.asked ? codes('problem', payout.asked) : '';
  return (
    <div className={layout.row} style={{ padding: '16px 20px', borderTop: '1px solid var(--kh-edge)' }}>
      <div>
        <Group gap="xs">
          <Text>{payout.schedule === 'weekly' ? t('earnings.weekly', { amount: sum(payout.threshold) }) : t('earnings.on_demand')}</Text>
          <Button variant="subtle" size="compact-sm" onClick={() => setChoosing(true)}>
            {t('earnings.change')}
          </Button>
        </Group>
        <Text c="dimmed" maw={560}>
          {why || t('earnings.about')}
        </Text>
      </div>
      <Group gap="sm">
        {payout.instant === '' && of.available > 0 && (
          <Button variant="default" onClick={ask}>
            {t('earnings.instant')}
          </Button>
        )}
        <Button loading={pay.isPending} disabled={payout.asked !== ''} onClick={() => pay.mutate()}>
          {t('earnings.pay_now')}
        </Button>
      </Group>
      {dialog}
      {choosing && <Choice of={of} close={() => setChoosing(false)} />}
    </div>
  );
}

/** Asks for the money at once, for the fee that is shown before. */
function useInstant(of: Sum): [() => void, ReactNode] {
  const { t } = useI18n();
  const { money } = useFormat();
  const confirm = useConfirm();
  const { payout, currency } = of;
  const sum = (amount: number) => money({ amount, currency });
  const have = useWrite(
    async (fee: number) => (await client.POST('/api/v1/me/payouts', { body: { request: crypto.randomUUID(), instant: { amount: fee, currency } } })).data,
    { stale, done: t('earnings.paying') },
  );
  const ask = () =>
    confirm.ask({
      title: t('earnings.instant.title'),
      text: t('earnings.instant.text', { amount: sum(payout.instant_amount), available: sum(of.available - of.set_aside), fee: sum(payout.instant_fee) }),
      yes: t('earnings.instant'),
      act: () => have.mutateAsync(payout.instant_fee),
    });
  return [ask, confirm.dialog];
}

const mostThreshold = 100;

function Choice({ of, close }: { of: Sum; close: () => void }) {
  const { t } = useI18n();
  const { money } = useFormat();
  const [schedule, setSchedule] = useState<Schedule>(of.payout.schedule);
  const [threshold, setThreshold] = useState(of.payout.threshold);
  const digits = digitsOf(of.currency);
  const { minimum } = of.payout;
  const sum = (amount: number) => money({ amount, currency: of.currency });
  const save = useWrite(
    async () => {
      await client.PUT('/api/v1/me/payout_choices/{currency}', { params: { path: { currency: of.currency } }, body: { schedule, threshold } });
    },
    { stale, done: t('saved'), after: close },
  );
  const sound = threshold >= minimum && threshold <= minimum * mostThreshold;
  return (
    <FormDialog open close={close} title={t('earnings.choose')} yes={t('save')} busy={save.isPending} disabled={!sound} send={() => save.mutate()}>
      <Radio.Group value={schedule} onChange={(value) => setSchedule(value as Schedule)} label={`${t('earnings.choose')} (${of.currency})`}>
        <Stack gap="sm" mt="xs">
          {(['weekly', 'on_demand'] as const).map((way) => (
            <Radio key={way} value={way} label={t(`earnings.choose.${way}`)} description={t(`earnings.choose.${way}.text`)} />
          ))}
        </Stack>
      </Radio.Group>
      <NumberInput
        label={t('earnings.choose.threshold')}
        description={t('earnings.choose.bounds', { least: sum(minimum), most: sum(minimum * mostThreshold) })}
        error={!sound}
        disabled={schedule !== 'weekly'}
        min={0}
        decimalScale={digits}
        fixedDecimalScale
        hideControls
        suffix={` ${of.currency}`}
        value={threshold / 10 ** digits}
        onChange={(n) => setThreshold(Math.round(Number(n) * 10 ** digits))}
      />
    </FormDialog>
  );
}
