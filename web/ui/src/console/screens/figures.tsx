import { $api, Await, Chart, DataList, type Key, Money, now, Page, type Point, type Schemas, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Paper, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import css from '../console.module.css';
import { Download } from '../download';
import { Recommended } from '../nps';
import { usePlace } from '../place';

type Figures = Schemas['Figures'];
const periods = { week: 7, month: 28, quarter: 84 } as const;
type Period = keyof typeof periods;
const few = 20; // a sample that says little

/** Six figures, each with its sample, the period before, and as it went. */
export default function FiguresScreen() {
  const { t } = useI18n();
  const { program } = usePlace();
  const [period, setPeriod] = useState<Period>('month');
  const query = useMemo(() => queryOf(period), [period]);
  if (!program) return null;
  return (
    <Page
      title={t('figures.title')}
      about={t('figures.about')}
      actions={
        <>
          <Select aria-label={t('figures.period')} data={(Object.keys(periods) as Period[]).map((value) => ({ value, label: t(`figures.${value}`) }))} value={period} onChange={(value) => setPeriod(value as Period)} allowDeselect={false} w={170} />
          <Download path={`/api/v1/programs/${program.id}/figures`} query={query} name={`figures-${query.from.slice(0, 10)}-${query.to.slice(0, 10)}.csv`} label={t('figures.csv')} />
        </>
      }
    >
      <Shown program={program.id} query={query} />
    </Page>
  );
}

type Query = { from: string; to: string; bucket: 'day' | 'week'; tz: string };

function queryOf(period: Period): Query {
  const to = new Date(Math.ceil(now() / 60_000) * 60_000);
  const from = new Date(to.getTime() - periods[period] * 86_400_000);
  return { from: from.toISOString(), to: to.toISOString(), bucket: period === 'quarter' ? 'week' : 'day', tz: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

function Shown({ program, query }: { program: string; query: Query }) {
  const { t } = useI18n();
  const figures = $api.useQuery('get', '/api/v1/programs/{program}/figures', { params: { path: { program }, query } });
  return (
    <div className={layout.stack}>
      <Await read={figures}>{(read) => <Six of={read as Figures /* as it is but for CSV */} />}</Await>
      <Recommended program={program} />
      <section>
        <h2 className={layout.subject}>{t('figures.topics')}</h2>
        <Topics program={program} query={query} />
      </section>
    </div>
  );
}

function Six({ of }: { of: Figures }) {
  const { language } = useI18n();
  const format = useFormat();
  const { bucket } = of;
  const wait = (figure: Figures['first_response']) => {
    const unit = unitOf(Math.max(0, ...figure.series.map((v) => v.median_s ?? 0)));
    return { bucket, of: figure, field: 'median_s' as const, write: format.duration, tick: (s: number) => shortly(language, s, unit), unit: unit[1] };
  };
  const share = { bucket, write: (bp: number) => format.percent(bp / 10_000), kind: 'bars' as const };
  return (
    <div className={css.figures}>
      <Measure name="figures.first_response" {...wait(of.first_response)} />
      <Measure name="figures.resolution_time" {...wait(of.resolution_time)} />
      <Measure name="figures.resolution_rate" of={of.resolution_rate} field="share_bp" {...share} />
      <Measure name="figures.reopen_rate" of={of.reopen_rate} field="share_bp" {...share} />
      <Measure name="figures.csat" of={of.csat} field="good_bp" {...share} />
      <Measure name="figures.cost" of={of.cost_per_resolution} field="cost_minor" bucket={bucket} write={(amount) => format.money({ amount: Math.round(amount), currency: of.currency })} />
    </div>
  );
}

/** One figure: what it is now, of how many, what it was before, and its course. */
function Figure({ name, value, n, before, change, points, kind, ...axis }: { name: Key; value: string; n: number; before: string; change: number | null; points: Point[]; write: (v: number) => string; tick?: (v: number) => string; unit?: number; kind?: 'line' | 'bars' }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Paper component="section" className={css.figure}>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t(name)}
        </h2>
        <Badge color={n < few ? 'honey' : 'gray'}>{t(n < few ? 'figures.few' : 'figures.n', { count: n })}</Badge>
      </div>
      <div className={layout.row}>
        <span className={css.big}>{value}</span>
        <span className={css.quiet}>
          {change !== null && Math.abs(change) >= 0.005 && (
            <strong>
              {change > 0 ? '▲' : '▼'} {kind !== 'bars' && format.percent(Math.abs(change))}{' '}
            </strong>
          )}
          {t('figures.before', { value: before })}
        </span>
      </div>
      <Chart title={t(name)} series={[{ name: t(name), points }]} kind={kind} quiet {...axis} />
    </Paper>
  );
}

function usePoints(bucket: string) {
  const { language } = useI18n();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(language, bucket === 'hour' ? { hour: 'numeric' } : { day: 'numeric', month: 'short' });
    return <V extends { at: string; n: number }>(series: readonly V[], value: (v: V) => number | null): Point[] => series.map((v) => ({ label: format.format(new Date(v.at)), value: value(v), note: `n = ${v.n}` }));
  }, [language, bucket]);
}

const ratio = (now: number | null | undefined, before: number | null | undefined) => (now == null || !before ? null : now / before - 1);

/** The unit in which durations up to the longest are told. */
function unitOf(longest: number) {
  return longest < 90 ? (['second', 1] as const) : longest < 5400 ? (['minute', 60] as const) : longest < 172_800 ? (['hour', 3600] as const) : (['day', 86_400] as const);
}

/** A duration in one unit, for where there is little room. */
function shortly(language: string, seconds: number, [unit, size]: ReturnType<typeof unitOf>): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: 1 }).format(seconds / size);
}

/** A figure by the field of the report that has it. */
type Measured<F extends string> = Record<F, number | null> & { n: number; series: (Record<F, number | null> & { at: string; n: number })[]; previous: Record<F, number | null> };

function Measure<F extends string>({ name, of, field, bucket, write, ...chart }: { name: Key; of: Measured<F>; field: F; bucket: string; write: (v: number) => string; tick?: (v: number) => string; unit?: number; kind?: 'line' | 'bars' }) {
  const points = usePoints(bucket);
  const shown = (v: number | null) => (v === null ? '–' : write(v));
  return <Figure name={name} value={shown(of[field])} n={of.n} before={shown(of.previous[field])} change={ratio(of[field], of.previous[field])} points={points(of.series, (v) => v[field])} write={write} {...chart} />;
}

function Topics({ program, query }: { program: string; query: Query }) {
  const { t } = useI18n();
  const format = useFormat();
  const { from, to, tz } = query;
  const report = $api.useQuery('get', '/api/v1/programs/{program}/figures/topics', { params: { path: { program }, query: { from, to, tz } } });
  return (
    <Await read={report}>
      {(read) => (
        <Paper p={0}>
          <DataList
            label={t('figures.topics')}
            rows={(read as Schemas['TopicReport']).topics}
            rowKey={(row) => row.topic || '-'}
            columns={[
              { key: 'topic', label: t('question.topic'), lead: true, cell: (row) => row.name || t('figures.no_topic') },
              { key: 'n', label: t('figures.questions'), end: true, cell: (row) => format.number(row.questions) },
              { key: 'solved', label: t('figures.solved'), end: true, cell: (row) => format.number(row.resolved) },
              { key: 'wait', label: t('figures.first_response'), end: true, cell: (row) => (row.first_response.median_s === null ? '–' : format.duration(row.first_response.median_s)) },
              { key: 'csat', label: t('figures.csat'), end: true, cell: (row) => (row.csat.good_bp === null ? '–' : format.percent(row.csat.good_bp / 10_000)) },
              { key: 'spent', label: t('figures.spent'), end: true, cell: (row) => <Money of={row.spent} /> },
            ]}
          />
        </Paper>
      )}
    </Await>
  );
}
