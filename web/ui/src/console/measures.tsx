import { $api, Await, client, FormDialog, key, Loading, More, type Schemas, TopicNames, useCodes, useDraft, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, MultiSelect, Paper, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import css from './console.module.css';
import { Decide } from './decide';
import { useNames } from './names';
import { useBrand } from './place';

type Measure = Schemas['Measure'];
type Enrolment = Schemas['Enrolment'];
type Reason = Schemas['SuspendInBody']['reason'];

const reasons: Reason[] = ['quality', 'conduct', 'privacy', 'fraud', 'terms'];
const tone: Record<string, string> = { in_force: 'brick', appealed: 'honey', confirmed: 'brick' };
const stale = [key('/api/v1/enrolments/{enrolment}'), key('/api/v1/programs/{program}/enrolments'), key('/api/v1/programs/{program}/measures')];
const appeals = [key('/api/v1/brands/{brand}/measure_appeals'), key('/api/v1/measure_appeals')];

/** A named person stops an expert, or keeps them from topics: a listed reason, and what shows it. */
export function Impose({ of, kind }: { of: Enrolment; kind: 'suspension' | 'restriction' }) {
  const { t } = useI18n();
  const codes = useCodes();
  const suspends = kind === 'suspension';
  const all = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: of.program } } }, { enabled: !suspends });
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason | null>(null);
  const [topics, setTopics] = useState<string[]>([]);
  const [evidence, setEvidence, clear] = useDraft(`${kind}.${of.id}`, '');
  const impose = useWrite(
    async () => {
      const params = { path: { enrolment: of.id } };
      const said = { reason: reason as Reason, evidence: evidence.trim() };
      if (suspends) await client.POST('/api/v1/enrolments/{enrolment}/suspend', { params, body: said });
      else await client.POST('/api/v1/enrolments/{enrolment}/restrict', { params, body: { ...said, topics } });
      clear();
    },
    { stale, done: t(suspends ? 'expert.suspended' : 'expert.restricted'), after: () => setOpen(false) },
  );
  const title = t(suspends ? 'expert.suspend' : 'expert.restrict');
  return (
    <>
      <Button variant="light" color="brick" onClick={() => setOpen(true)}>
        {title}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={title} danger busy={impose.isPending} disabled={!reason || !evidence.trim() || (!suspends && topics.length === 0)} send={() => impose.mutate()}>
        <Text size="sm">{t(suspends ? 'expert.suspend.text' : 'expert.restrict.text')}</Text>
        {!suspends && (
          <MultiSelect label={t('expert.restrict.topics')} required data={all.data?.data.map((topic) => ({ value: topic.slug, label: topic.name })) ?? []} value={topics} onChange={setTopics} />
        )}
        <Select label={t('refuse.reason')} required data={reasons.map((value) => ({ value, label: codes('suspension', value) }))} value={reason} onChange={(value) => setReason(value as Reason)} allowDeselect={false} />
        <Textarea label={t('expert.evidence')} description={t('expert.evidence.text')} required autosize minRows={3} maxLength={4096} dir="auto" value={evidence} onChange={(e) => setEvidence(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}

/** Everything that was decided against one expert, and what became of it. */
export function Measures({ of }: { of: Enrolment }) {
  const { t } = useI18n();
  const path = { program: of.program };
  const list = usePages<Measure>(
    '/api/v1/programs/{program}/measures',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/measures', { params: { path, query: { enrolment: of.id, cursor, limit: 20 } } })).data!,
    { ...path, enrolment: of.id },
  );
  return (
    <section>
      <h2 className={layout.subject}>{t('measures.title')}</h2>
      <Await read={list} loading={<Loading rows={1} height={90} />}>
        {(rows) => (
          <div className={layout.stack}>
            {rows.length === 0 && (
              <Paper>
                <Text c="dimmed">{t('measures.none')}</Text>
              </Paper>
            )}
            {rows.map((row) => (
              <Paper key={row.id} component="article">
                <Known of={row} />
              </Paper>
            ))}
            <More of={list} />
          </div>
        )}
      </Await>
    </section>
  );
}

/** A measure whose people have names, for who is of the brand. */
function Known({ of }: { of: Measure }) {
  const { t } = useI18n();
  const names = useNames();
  const by = names.get(of.imposed_by) ?? t(of.by_platform ? 'measures.operator' : 'measures.brand');
  return <What of={of} by={by} decider={of.decided_by ? (names.get(of.decided_by) ?? t('measures.operator')) : undefined} />;
}

/** A measure: who, why, what the expert said and what was decided. */
function What({ of, by, decider }: { of: Measure; by: string; decider?: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  return (
    <Stack gap="xs">
      <div className={layout.row}>
        <strong>
          {codes('measure', of.kind)}: {codes('suspension', of.reason)}
        </strong>
        <Badge color={tone[of.state] ?? 'gray'}>{codes('measure_state', of.state)}</Badge>
      </div>
      <span className={css.quiet}>
        {t('measures.by')} <bdi>{by}</bdi> · <When at={of.imposed_at} />
      </span>
      {of.topics.length > 0 && (
        <Text size="sm">
          {t('measures.topics')} <TopicNames program={of.program} of={of.topics} />
        </Text>
      )}
      <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
        {of.evidence}
      </Text>
      {of.statement && (
        <div>
          <strong>{t('measures.statement')}</strong>
          <Text dir="auto">{of.statement}</Text>
        </div>
      )}
      {of.decision && (
        <div>
          <strong>{t('measures.decision')}</strong>
          <Text dir="auto">{of.decision}</Text>
        </div>
      )}
      {decider && (
        <span className={css.quiet}>
          {t('measures.decided_by')} <bdi>{decider}</bdi>
        </span>
      )}
    </Stack>
  );
}

/** A brand's appeals that wait for somebody else than who decided. */
export function MeasureAppeals() {
  const { path } = useBrand();
  const list = usePages<Measure>('/api/v1/brands/{brand}/measure_appeals', async (cursor) => (await client.GET('/api/v1/brands/{brand}/measure_appeals', { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return <Appeals of={list} />;
}

/** The same of every brand, for who is of none. */
export function AllMeasureAppeals() {
  const list = usePages<Measure>('/api/v1/measure_appeals', async (cursor) => (await client.GET('/api/v1/measure_appeals', { params: { query: { cursor, limit: 10 } } })).data!);
  return <Appeals of={list} outside />;
}

function Appeals({ of, outside = false }: { of: ReturnType<typeof usePages<Measure>>; outside?: boolean }) {
  const { t } = useI18n();
  return (
    <section>
      <h2 className={layout.subject}>{t('measures.appeals')}</h2>
      <Await read={of} loading={<Loading rows={1} height={140} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Paper>
              <Text c="dimmed">{t('measures.appeals.none')}</Text>
            </Paper>
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <Paper key={row.id} component="article" className={css.work}>
                  <span className={css.quiet}>
                    <bdi>{row.expert}</bdi> · {outside && <><bdi>{row.brand_name}</bdi> · </>}
                    <bdi>{row.program_name}</bdi> · {t('appeals.by')} {row.decide_by && <When at={row.decide_by} />}. {t('measures.else')}
                  </span>
                  {outside ? <What of={row} by={t(row.by_platform ? 'measures.operator' : 'measures.brand')} /> : <Known of={row} />}
                  <DecideMeasure of={row} />
                </Paper>
              ))}
              <More of={of} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

function DecideMeasure({ of }: { of: Measure }) {
  const params = { path: { brand: of.brand, measure: of.id } };
  return (
    <Decide
      draft={`measure.${of.id}`}
      rejects="measures.holds"
      upholds="measures.ends"
      stale={[...stale, ...appeals]}
      send={(body) => client.POST('/api/v1/brands/{brand}/measure_appeals/{measure}/decision', { params, body })}
    />
  );
}

/** Takes a measure back, which a person may do at any time. */
export function useLift(of: Enrolment) {
  const { t } = useI18n();
  const params = { path: { enrolment: of.id } };
  const reinstate = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/reinstate', { params }), { stale, done: t('expert.reinstated') });
  const unrestrict = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/unrestrict', { params }), { stale, done: t('expert.unrestricted') });
  return { reinstate, unrestrict };
}
