import { $api, digitsOf, type Schemas, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Checkbox, NumberInput, Text, TextInput } from '@mantine/core';
import css from './console.module.css';
import { usePlace } from './place';
import { Group, MoneyInput, Percent } from './policyfields';
import { Rates } from './rates';

type Policy = Schemas['RewardPolicy'];
type Put = (values: Partial<Policy>) => void;
type Hours = Schemas['HourPolicy'];

/** What a program pays more for, when it is busy, and at the least. */
export function Rewards({ of, currency, put }: { of: Policy; currency: string; put: Put }) {
  return (
    <>
      <More of={of} currency={currency} put={put} />
      <Busy of={of} put={put} />
      <Floor of={of} currency={currency} put={put} />
    </>
  );
}

/** How many minor units a currency's unit has. */
export function scaleOf(currency: string): number {
  return 10 ** digitsOf(currency);
}

/** A program's topics, and its languages without regions. */
export function useKinds() {
  const { program } = usePlace();
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: program?.id ?? '' } } }, { enabled: !!program });
  return { topics: topics.data?.data ?? [], languages: [...new Set((program?.languages ?? []).map((tag) => tag.split('-')[0] as string))] };
}

function More({ of, currency, put }: { of: Policy; currency: string; put: Put }) {
  const { t } = useI18n();
  const format = useFormat();
  const kinds = useKinds();
  const effort = of.effort ?? { included_minutes: 10, per_minute: 0 };
  const topic = (slug: string) => kinds.topics.find((x) => x.slug === slug)?.name ?? slug;
  return (
    <Group title={t('rewards.more')} text={t('rewards.more.text')}>
      <Rates title={t('rewards.topics')} of={of.by_topic} set={(by_topic) => put({ by_topic })} name={topic} keys={kinds.topics.map((x) => x.slug)} suffix={currency} scale={scaleOf(currency)} first={Math.max(1, of.base)} />
      <Rates title={t('rewards.languages')} of={of.by_language} set={(by_language) => put({ by_language })} name={format.language} keys={kinds.languages} suffix="%" scale={100} least={-50} first={1000} />
      <NumberInput label={t('rewards.included')} min={0} max={1440} allowDecimal={false} value={effort.included_minutes} onChange={(n) => put({ effort: { ...effort, included_minutes: Number(n) } })} suffix={` ${t('unit.minutes')}`} />
      <MoneyInput label={t('rewards.per_minute')} currency={currency} value={effort.per_minute} set={(per_minute) => put({ effort: { ...effort, per_minute } })} />
    </Group>
  );
}

const idle: Schemas['BusyPolicy'] = { queue_bp: 0, hours: [], zone: '', least_bp: 0, most_bp: 0 };

function Busy({ of, put }: { of: Policy; put: Put }) {
  const { t } = useI18n();
  const busy = of.busy ?? idle;
  const set = (values: Partial<Schemas['BusyPolicy']>) => put({ busy: { ...busy, ...values } });
  const hours = (at: number, values: Partial<Hours> | null) => set({ hours: busy.hours.flatMap((h, i) => (i !== at ? [h] : values ? [{ ...h, ...values }] : [])) });
  return (
    <Group title={t('rewards.busy')} text={t('rewards.busy.text')}>
      <Percent label={t('rewards.queue')} most={200} value={busy.queue_bp} set={(queue_bp) => set({ queue_bp })} />
      <Percent label={t('rewards.least')} least={-50} most={0} value={busy.least_bp} set={(least_bp) => set({ least_bp })} />
      <Percent label={t('rewards.most')} most={200} value={busy.most_bp} set={(most_bp) => set({ most_bp })} />
      <TextInput label={t('rewards.zone')} description={t('rewards.zone.text')} value={busy.zone} onChange={(e) => set({ zone: e.currentTarget.value.trim() })} />
      <div role="group" aria-label={t('rewards.hours')} className={layout.stack} style={{ gridColumn: '1 / -1', gap: 12 }}>
        <Text size="sm" fw={600}>
          {t('rewards.hours')}
        </Text>
        {busy.hours.map((of, i) => (
          <HourRow key={i} n={i + 1} of={of} set={(values) => hours(i, values)} />
        ))}
        <div>
          <Button variant="default" onClick={() => set({ hours: [...busy.hours, { days: [6, 7], from: 8, to: 20, bp: 1000 }] })}>
            {t('rewards.hours.add')}
          </Button>
        </div>
      </div>
    </Group>
  );
}

function HourRow({ n, of, set }: { n: number; of: Hours; set: (values: Partial<Hours> | null) => void }) {
  const { t, locale } = useI18n();
  const name = t('rewards.hours.n', { n });
  const day = (d: number) => new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, d)); // a Monday was the first
  return (
    <div role="group" aria-label={name} className={css.hours}>
      <Checkbox.Group label={t('rewards.days')} value={of.days.map(String)} onChange={(days) => days.length > 0 && set({ days: days.map(Number).sort() })}>
        <div className={css.days}>
          {[1, 2, 3, 4, 5, 6, 7].map((d) => (
            <Checkbox key={d} value={String(d)} label={day(d)} />
          ))}
        </div>
      </Checkbox.Group>
      <NumberInput label={t('rewards.from')} min={0} max={23} allowDecimal={false} value={of.from} onChange={(from) => set({ from: Number(from) })} suffix=":00" hideControls />
      <NumberInput label={t('rewards.to')} min={of.from + 1} max={24} allowDecimal={false} value={of.to} onChange={(to) => set({ to: Number(to) })} suffix=":00" hideControls />
      <Percent label={t('rewards.added')} least={-50} most={200} value={of.bp} set={(bp) => set({ bp })} />
      <Button variant="subtle" color="gray" onClick={() => set(null)} aria-label={t('rewards.remove', { name })}>
        ×
      </Button>
    </div>
  );
}

function Floor({ of, currency, put }: { of: Policy; currency: string; put: Put }) {
  const { t } = useI18n();
  const format = useFormat();
  const floor = of.floor ?? { hourly: 0 };
  return (
    <Group title={t('rewards.floor')} text={t('rewards.floor.text')}>
      <MoneyInput label={t('rewards.floor.hourly')} currency={currency} value={floor.hourly} set={(hourly) => put({ floor: { ...floor, hourly } })} />
      <Rates title={t('rewards.floor.countries')} of={floor.by_country} set={(by_country) => put({ floor: { ...floor, by_country } })} name={format.country} suffix={currency} scale={scaleOf(currency)} first={floor.hourly} />
    </Group>
  );
}
