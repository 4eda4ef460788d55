import { $api, Await, client, key, Page, type Schemas, useAnnounce, useConfirm, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Button, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import Plus from 'lucide-react/icons/plus';
import X from 'lucide-react/icons/x';
import { useMemo, useState } from 'react';
import { clockOf, hoursOf, inOrder, minutesOf, wrongDay } from '../week';
import css from '../work.module.css';

type Hours = Schemas['Hours'];
type Span = Schemas['HoursSpan'];

const monday = Date.UTC(2024, 0, 1); // a Monday
const usual: Span = { from: 9 * 60, to: 17 * 60 };
const none: Span[][] = Array.from({ length: 7 }, () => []);
const stale = [key('/api/v1/me/expert/hours'), key('/api/v1/me/expert'), key('/api/v1/offers')];

/** When in the week one wants offers, by the clock of one's zone. */
export default function HoursScreen() {
  const { t } = useI18n();
  const hours = $api.useQuery('get', '/api/v1/me/expert/hours');
  return (
    <Page title={t('hours.title')} about={t('hours.about')} narrow>
      <Await read={hours}>{(found) => <Week key={JSON.stringify(found)} of={found} />}</Await>
    </Page>
  );
}

function Week({ of }: { of: Hours }) {
  const { t, locale } = useI18n();
  const format = useFormat();
  const say = useAnnounce();
  const confirm = useConfirm();
  const [zone, setZone] = useState(of.zone || Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [days, setDays] = useState<Span[][]>(of.days.length === 7 ? of.days : none);
  const names = useMemo(() => Array.from({ length: 7 }, (_, d) => new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(monday + d * 86_400_000)), [locale]);
  const zones = useMemo(() => [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', zone])].sort(), [zone]);
  const put = (d: number, spans: Span[]) => setDays(days.map((old, n) => (n === d ? spans : old)));
  const wrong = wrongDay(inOrder(days));
  const total = hoursOf(days);
  const save = useWrite(() => client.PUT('/api/v1/me/expert/hours', { body: { zone, days: inOrder(days) } }), { stale, done: t('hours.saved') });
  const clear = useWrite(() => client.DELETE('/api/v1/me/expert/hours'), { stale, done: t('hours.cleared') });
  const copy = () => {
    setDays(days.map((spans, d) => (d > 0 && d < 5 ? (days[0] ?? []).map((span) => ({ ...span })) : spans)));
    say(t('hours.copied'));
  };
  return (
    <form
      className={layout.stack}
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <Paper>
        <Select label={t('hours.zone')} description={t('hours.zone.text')} data={zones} value={zone} onChange={(value) => value && setZone(value)} searchable allowDeselect={false} maw={360} mb="lg" />
        {days.map((spans, d) => (
          <Day key={d} name={names[d] ?? ''} spans={spans} put={(next) => put(d, next)} wrong={d === wrong} />
        ))}
        <Group mt="md" justify="space-between">
          <Text component="p" my={0}>
            {t('hours.total', { hours: format.number(total) })}
          </Text>
          <Button variant="default" size="compact-md" onClick={copy} disabled={!days[0]?.length}>
            {t('hours.copy')}
          </Button>
        </Group>
      </Paper>
      <Text size="sm" c="dimmed">
        {t('hours.by_hand')}
      </Text>
      {wrong >= 0 && (
        <Alert color="brick" role="alert">
          {t('hours.wrong', { day: names[wrong] ?? '' })}
        </Alert>
      )}
      <Group>
        <Button type="submit" loading={save.isPending} disabled={total === 0 || wrong >= 0}>
          {t('save')}
        </Button>
        {of.zone && (
          <Button variant="subtle" color="gray" onClick={() => confirm.ask({ title: t('hours.clear'), text: t('hours.clear.text'), yes: t('hours.clear'), act: () => clear.mutateAsync() })}>
            {t('hours.clear')}
          </Button>
        )}
      </Group>
      {confirm.dialog}
    </form>
  );
}

function Day({ name, spans, put, wrong }: { name: string; spans: Span[]; put: (spans: Span[]) => void; wrong: boolean }) {
  const { t } = useI18n();
  const set = (i: number, values: Partial<Span>) => put(spans.map((span, n) => (n === i ? { ...span, ...values } : span)));
  const more = () => {
    const last = spans.at(-1);
    put([...spans, last ? { from: Math.min(last.to + 60, 1380), to: Math.min(last.to + 180, 1440) } : usual]);
  };
  return (
    <fieldset className={css.day}>
      <legend>{name}</legend>
      <Stack gap={8} className={css.spans}>
        {spans.length === 0 && (
          <Text c="dimmed" size="sm">
            {t('hours.none')}
          </Text>
        )}
        {spans.map((span, i) => (
          <Group key={i} gap={8} wrap="nowrap">
            <TextInput type="time" aria-label={t('hours.from', { day: name, n: i + 1 })} value={clockOf(span.from)} onChange={(e) => set(i, { from: minutesOf(e.currentTarget.value) ?? span.from })} error={wrong} required />
            <span aria-hidden>–</span>
            <TextInput type="time" aria-label={t('hours.to', { day: name, n: i + 1 })} value={clockOf(span.to)} onChange={(e) => set(i, { to: minutesOf(e.currentTarget.value, true) ?? span.to })} error={wrong} required />
            <Button variant="subtle" color="gray" px={8} aria-label={t('hours.drop', { day: name, n: i + 1 })} onClick={() => put(spans.filter((_, n) => n !== i))}>
              <X size={18} aria-hidden />
            </Button>
          </Group>
        ))}
      </Stack>
      <Button variant="subtle" size="compact-md" leftSection={<Plus size={16} aria-hidden />} onClick={more} disabled={spans.length >= 6 || (spans.at(-1)?.to ?? 0) > 1320} aria-label={`${t('hours.add')}: ${name}`}>
        {t('hours.add')}
      </Button>
    </fieldset>
  );
}
